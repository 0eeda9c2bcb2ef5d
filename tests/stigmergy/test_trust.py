"""A stranger's run or config executes nothing that the user has not given or agreed to.

A run goes on with what it keeps.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml

import stigmergy
from stigmergy.cli.entry import main
from stigmergy.envs.errors import CannotImport, NotAgreed
from stigmergy.envs.plugins.loading import loaded
from stigmergy.envs.plugins.search_path import PLACE
from stigmergy.envs.registration.registry import environments
from stigmergy.training.runs.restore import open_run
from stigmergy.training.runs.run import Run

TINY = '''
from typing import NamedTuple
import numpy as np
import stigmergy
from gymnasium.spaces import Box, Discrete
{imports}

class State(NamedTuple):
    stream: np.ndarray
    elapsed: np.ndarray
    over: np.ndarray

@stigmergy.register_environment("{name}-v0")
class Tiny(stigmergy.BatchEnv):
    """Pays the same at every step."""
    Config = None
    def __init__(self, id, num_envs, config):
        group = stigmergy.GroupSpec("agents", 1, Box(0, 1, (1,), np.float32), Discrete(2))
        super().__init__(stigmergy.EnvSpec(id, (group,), 4), num_envs, config)
    def _allocate(self):
        return State(*self.required_state())
    def _begin(self, where):
        pass
    def _advance(self, actions, where):
        self.groups["agents"].reward[where] = {pay}
    def _observe(self):
        pass
'''
TRAINING = [
    "--training.total-steps",
    "16",
    "--training.num-envs",
    "2",
    "--training.rollout-length",
    "4",
    "--training.evaluation-interval",
    "0",
]
TRAINING += ["--training.threads", "1", "--training.no-tensorboard"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """The user's folder, empty in each test."""
    monkeypatch.setenv("STIGMERGY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def forget(id: str) -> None:
    """Forget loaded plugins, and the name that one registered, as a new process does."""
    environments._entries.pop(id)
    loaded.digests.clear()
    for name, module in list(sys.modules.items()):
        if PLACE in getattr(module, "__dict__", {}):
            del sys.modules[name]


def evil(path: Path, mark: Path) -> Path:
    """Write a module that makes the file `mark` when it is executed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"open({str(mark)!r}, 'w').close()\nparallel_env = None\n")
    return path


def stranger(tmp_path: Path, **config) -> tuple[Path, Path]:
    """Run folder made by hand with code in it, and the file that tells if the code was executed."""
    run, mark = tmp_path / "run", tmp_path / "executed"
    (run / "checkpoints").mkdir(parents=True)
    name = f"evil_{abs(hash(str(tmp_path)))}"
    evil(run / f"{name}.py", mark)
    evil(run / "plugins" / f"{name}_module.py", mark)
    evil(run / "plugins" / f"{name}_package" / "__init__.py", mark)
    evil(run / "plugins" / f"{name}_package" / "below.py", mark)
    filled = yaml.safe_dump({"environment": "pathfinding/lifelong-v0", **config}).replace("EVIL", name)
    (run / "config.yaml").write_text(filled)
    return run, mark


CONFIGS = {
    "a file": {"plugins": ["EVIL.py"]},
    "a file by a detour": {"plugins": ["plugins/../EVIL.py"]},
    "a module": {"plugins": ["EVIL_module"]},
    "a module below a package": {"plugins": ["EVIL_package.below"]},
    "an environment's module": {"environment": "pettingzoo:EVIL_module"},
    "an environment's module below a package": {"environment": "pettingzoo:EVIL_package.below"},
    "a package around a module that is not there": {"environment": "pettingzoo:EVIL_package.absent"},
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_strangers_run_executes_nothing(tmp_path, capsys, config):
    run, mark = stranger(tmp_path, **config)
    output = ["--output", str(tmp_path / "x")]
    for command in (["evaluate"], ["render", *output], ["resume"], ["sanctions"], ["plot", *output]):
        status = main([command[0], str(run), *command[1:]])
        error = capsys.readouterr().err
        assert not mark.exists(), command
        if command[0] != "plot":
            assert status == 2
            assert "evil_" in error
            assert error.count("\n") == 1
    with pytest.raises((NotAgreed, CannotImport), match="evil_"):
        stigmergy.load_policy(run)
    assert not mark.exists()


def test_agreement_is_asked_for_once_and_for_these_contents(tmp_path, capsys, home):
    run, mark = stranger(tmp_path, plugins=["EVIL.py"])
    (plugin,) = run.glob("evil_*.py")
    # it has no checkpoint, which is found out later
    assert main(["evaluate", str(run), "--trust"]) == 2
    assert "no checkpoint" in capsys.readouterr().err
    assert mark.exists()
    mark.unlink()
    assert len(list((home / "trusted").iterdir())) == 1
    moved = run.rename(tmp_path / "elsewhere")
    open_run(moved)
    with (moved / plugin.name).open("a") as file:
        file.write("# other contents")
    assert main(["resume", str(moved)]) == 2
    assert "--trust" in capsys.readouterr().err
    with pytest.raises(NotAgreed, match="trust=True"):
        stigmergy.load_policy(moved)
    assert not mark.exists()
    with pytest.raises(stigmergy.UserError, match="no checkpoint"):
        stigmergy.load_policy(moved, trust=True)
    assert mark.exists()


def test_where_agreements_cannot_be_kept_this_call_goes_on(tmp_path, monkeypatch):
    run, mark = stranger(tmp_path, plugins=["EVIL.py"])
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STIGMERGY_HOME", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="cannot be kept"):
        open_run(run, trust=True)
    assert mark.exists()


@pytest.mark.parametrize("plugins", [3, {"a": "b"}, [None], [["a.py"]], "a.py", [""]])
def test_plugins_that_are_no_list_of_names_are_told(tmp_path, plugins):
    run, _ = stranger(tmp_path, plugins=plugins)
    with pytest.raises(stigmergy.BadParameter, match="plugins of the run"):
        open_run(run)


def test_a_config_that_names_code_asks_too(tmp_path, capsys, monkeypatch):
    mark = tmp_path / "executed"
    plugin = evil(tmp_path / "configured.py", mark)
    config = tmp_path / "config.yaml"
    for text in ("plugins: [configured.py]", f"plugins: ['{plugin}']"):
        config.write_text(f"environment: no-such-v0\n{text}\n")
        assert main(["train", str(config)]) == 2
        assert "configured.py" in capsys.readouterr().err
        assert not mark.exists()
    for agreed in (["--plugin", str(plugin)], ["--trust"], []):
        assert main(["train", str(config), *agreed]) == 2
        assert "no-such-v0" in capsys.readouterr().err
    assert mark.exists()
    mark.unlink()
    evil(tmp_path / "on_the_path" / "configured_env.py", mark)
    monkeypatch.syspath_prepend(tmp_path / "on_the_path")
    config.write_text("environment: pettingzoo:configured_env\n")
    assert main(["train", str(config)]) == 2
    assert "configured_env.py" in capsys.readouterr().err
    assert not mark.exists()


def test_a_run_goes_on_with_the_plugin_that_it_keeps(tmp_path, monkeypatch, capsys):
    plugin = tmp_path / "mine" / "kept_plugin.py"
    plugin.parent.mkdir()
    plugin.write_text(TINY.format(name="kept_plugin", imports="import kept_neighbour", pay="kept_neighbour.PAY"))
    (plugin.parent / "kept_neighbour.py").write_text("PAY = 2")
    run = tmp_path / "run"
    monkeypatch.chdir(tmp_path)
    given = ["--plugin", "mine/kept_plugin.py", "--environment", "kept_plugin-v0"]
    assert main(["train", *given, "--run", "run", *TRAINING]) == 0
    assert Run.open(run).config()["plugins"] == ["plugins/kept_plugin.py"]
    assert {path.name for path in (run / "plugins").glob("*.py")} == {"kept_plugin.py", "kept_neighbour.py"}

    (plugin.parent / "kept_neighbour.py").write_text("PAY = 3")  # an edit after training
    capsys.readouterr()
    assert main(["evaluate", "run", "--episodes", "2"]) == 0
    assert "8" in next(line for line in capsys.readouterr().out.splitlines() if "return" in line).split()
    assert main(["evaluate", "run", "--plugin", "mine/kept_plugin.py"]) == 2
    assert "rules of 'kept_plugin-v0'" in capsys.readouterr().err

    forget("kept_plugin-v0")
    text = TINY.format(name="kept_plugin", imports="", pay="10")
    (tmp_path / "other_name.py").write_text(text)
    # what is given wins, also under another name
    assert main(["evaluate", "run", "--plugin", "other_name.py"]) == 2
    assert "rules of 'kept_plugin-v0'" in capsys.readouterr().err
    forget("kept_plugin-v0")

    shutil.rmtree(plugin.parent)
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    moved = run.rename(elsewhere / "moved")
    monkeypatch.chdir(elsewhere)
    assert main(["evaluate", str(moved), "--episodes", "2"]) == 0
    assert main(["resume", "moved"]) == 0
    assert stigmergy.load_policy("moved").make_env().reset(seed=1)

    # as older runs have them
    config = Run.open(moved).config() | {"plugins": ["/gone/with/kept_plugin.py"]}
    (moved / "config.yaml").write_text(yaml.safe_dump(config))
    capsys.readouterr()
    forget("kept_plugin-v0")
    assert main(["evaluate", "moved", "--episodes", "2"]) == 2
    assert "/gone/with/kept_plugin.py' of" not in (error := capsys.readouterr().err)
    assert "which is gone; give it by --plugin" in error
    kept = str(moved / "plugins" / "kept_plugin.py")
    assert main(["evaluate", "moved", "--episodes", "2", "--plugin", kept]) == 0


def test_a_run_keeps_a_module_of_the_current_folder(tmp_path, monkeypatch):
    text = TINY.format(name="module_kept", imports="from . import side", pay="side.PAY")
    package = tmp_path / "kept_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "side.py").write_text("PAY = 1")
    (package / "module.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    given = ["--plugin", "kept_package.module", "--environment", "module_kept-v0"]
    assert main(["train", *given, "--run", "run", *TRAINING]) == 0
    assert Run.open("run").config()["plugins"] == ["kept_package.module"]
    files = {path.relative_to("run").as_posix() for path in Path("run/plugins").rglob("*.py")}
    assert files == {f"plugins/kept_package/{name}.py" for name in ("__init__", "side", "module")}
    shutil.rmtree(package)
    os.mkdir("elsewhere")
    monkeypatch.chdir("elsewhere")
    assert main(["evaluate", "../run", "--episodes", "2"]) == 0


def test_a_run_keeps_its_maps_and_scenarios(tmp_path, monkeypatch):
    grid = "type octile\nheight 4\nwidth 4\nmap\n....\n....\n....\n....\n"
    entries = "version 1\n0\tm.map\t4\t4\t0\t0\t3\t3\t6\n0\tm.map\t4\t4\t1\t0\t2\t3\t4\n"
    (tmp_path / "m.map").write_text(grid)
    (tmp_path / "s.scen").write_text(entries)
    monkeypatch.chdir(tmp_path)
    task = ["--task.map", "m.map", "--task.scenario", "s.scen", "--task.num-agents", "2", "--task.max-cycles", "4"]
    assert main(["train", "--environment", "pathfinding/oneshot-v0", *task, "--run", "run", *TRAINING]) == 0
    config = Run.open("run").config()["task"]
    assert (config["map"], config["scenario"]) == ("files/m.map", "files/s.scen")
    (tmp_path / "m.map").write_text(grid.replace("....\n", "....@\n").replace("width 4", "width 5"))
    (tmp_path / "s.scen").unlink()
    shutil.copytree("run", tmp_path / "far" / "run")
    monkeypatch.chdir(tmp_path / "far")
    for run in (tmp_path / "run", Path("run")):
        _, experiment = open_run(run)
        assert experiment.make_env(1).constants.drawing.shape == (4, 4)
        assert main(["evaluate", str(run), "--episodes", "2"]) == 0


def test_what_the_user_imported_by_himself_is_not_asked_for(tmp_path, monkeypatch):
    plugin = tmp_path / "imported_plugin.py"
    plugin.write_text(TINY.format(name="imported_plugin", imports="", pay="1"))
    monkeypatch.syspath_prepend(tmp_path)
    run, _ = stranger(tmp_path, environment="imported_plugin-v0", plugins=["plugins/imported_plugin.py"])
    shutil.copy(plugin, run / "plugins")
    with pytest.raises(NotAgreed, match=r"imported_plugin\.py"):
        open_run(run)
    __import__("imported_plugin")
    assert open_run(run)[1].environment == "imported_plugin-v0"
