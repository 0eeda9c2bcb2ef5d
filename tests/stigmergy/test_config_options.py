"""Configs on the command line: presets, ranges and defaults in `--help`."""

import dataclasses
from dataclasses import dataclass
from typing import Annotated, ClassVar

import pytest

from stigmergy.cli.config_options import field_docs
from stigmergy.cli.failures import HelpShown
from stigmergy.cli.options import extend, parse
from stigmergy.envs.core.config import Config, Presets
from stigmergy.envs.core.ranges import Interval
from stigmergy.envs.errors import BadParameter


@dataclass(frozen=True)
class Window(Config):
    """A window."""

    left: Annotated[int, Interval(ge=0, le=15)] = 5
    """Cells to the left."""
    right: Annotated[int, Interval(ge=0, le=15)] = 5
    """Cells to the right."""
    round: bool = False
    """Round corners."""

    prefix: ClassVar[str] = "window."


@dataclass(frozen=True)
class Meadow(Config):
    """A task."""

    num_agents: Annotated[int, Interval(ge=1, le=64)] = 7
    """Agents in
    each env."""
    map_source: str = "paper"
    """Preset."""
    window: Window = Window()
    """Field of view."""

    presets: ClassVar[Presets] = {
        "map_source": {"paper": {}, "code": {"num_agents": 5, "window": {"left": 7, "round": True}}}
    }


@dataclass(frozen=True)
class Options:
    """A command."""

    word: str = ""


def options(*args: str, **given):
    return parse(extend(Options, task=(Meadow(**given), "The task.")), "test", args).task


def test_presets_lie_below_what_the_arguments_give():
    assert options() == Meadow()
    for spelled in (["--task.map-source", "code"], ["--task.map_source=code"]):
        assert options(*spelled) == Meadow(map_source="code")
        own = options(*spelled, "--task.num-agents", "7", "--task.window.right=1", "--task.window.no-round")
        assert own == Meadow(map_source="code", num_agents=7, window={"right": 1, "round": False})
    assert options("--task.map-source", "code", num_agents=9) == Meadow(map_source="code", num_agents=9)
    back = options("--task.map-source", "paper", map_source="code", window={"right": 2})
    assert back == Meadow(window={"right": 2})


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--task.map-source", "cod"], "map_source is 'cod'; allowed are paper and code. Did you mean 'code'?"),
        (["--task.num-agents", "65"], "num_agents is 65; allowed is 1 to 64"),
        (["--task.window.left", "16"], "window.left is 16; allowed is 0 to 15"),
        (["--task.num-agents", "few"], "'few' is no whole number"),
        (["--task.agents", "3"], "no option --task.agents"),
    ],
)
def test_one_sentence_says_what_is_wrong(args, sentence):
    with pytest.raises(BadParameter) as error:
        options(*args)
    assert sentence in str(error.value)


def test_help_shows_ranges_and_the_defaults_of_the_preset(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    shown = {}
    for name in ("paper", "code"):
        with pytest.raises(HelpShown):
            options("--task.map-source", name, "--help")
        shown[name] = capsys.readouterr().out
        assert f"Preset. (paper or code; default: {name})" in shown[name]
        assert "None" not in shown[name]
    assert "Agents in each env. (1 to 64; default: 7)" in shown["paper"]
    assert "Agents in each env. (1 to 64; default: 5)" in shown["code"]
    assert "Cells to the left. (0 to 15; default: 7)" in shown["code"]
    assert "Round corners. (default: True)" in shown["code"]


def test_docs_of_fields_are_those_nearest_to_the_class():
    @dataclass(frozen=True)
    class Wide(Meadow):
        num_agents: int = 9
        """Many."""

    assert field_docs(Wide) == {"num_agents": "Many.", "map_source": "Preset.", "window": "Field of view."}
    assert field_docs(dataclasses.make_dataclass("Made", [("a", int)])) == {}
