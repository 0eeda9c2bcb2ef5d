"""Names: how they are registered, found, and mistaken."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from stigmergy import envs
from stigmergy.algorithms.core.make import learner_class, scripted_for
from stigmergy.envs.core.scripted_policy import ScriptedPolicy
from stigmergy.envs.errors import BadParameter, CannotImport, UnknownName
from stigmergy.envs.registration import registry as registry_module
from stigmergy.envs.registration.make import build_dataclass, config_class, make
from stigmergy.envs.registration.register import register_policy
from stigmergy.envs.registration.registry import Registry, algorithms, load_plugin


@pytest.fixture
def registry() -> Registry:
    return Registry("environment", "stigmergy.nothing_has_this_group")


def something() -> None:
    """Does something. And more."""


def something_else() -> None:
    pass


def test_a_decorator_a_call_and_a_string_do_the_same(registry):
    assert registry.register("a-v0")(something) is something
    registry.register("b-v0", something, description="b", fast=True)
    registry.register("c-v0", f"{__name__}:something")
    assert [registry.find(name).load() for name in ("a-v0", "b-v0", "c-v0")] == [something] * 3
    assert registry.find("a-v0").description == "Does something. And more."
    assert registry.find("b-v0").details == {"fast": True}
    assert [registration.name for registration in registry] == ["a-v0", "b-v0", "c-v0"]


def test_entry_points_register_too(registry, monkeypatch):
    point = SimpleNamespace(name="far/away-v0", value=f"{__name__}:something", dist=SimpleNamespace(name="far-package"))
    monkeypatch.setattr(registry_module, "entry_points", lambda group: [point] if group == registry._group else [])
    assert registry.find("far/away-v0").load() is something
    assert "far-package" in registry.find("far/away-v0").description


def test_without_a_version_the_highest_is_meant(registry):
    for version in (0, 2, 10):
        registry.register(f"family/task-v{version}", something)
    assert registry.find("family/task").name == "family/task-v10"


def test_a_name_is_held_by_one_thing(registry):
    registry.register("a-v0", something)
    registry.register("a-v0", something)  # the same again, as when a plugin is loaded twice
    with pytest.raises(ValueError, match="'a-v0' is registered already"):
        registry.register("a-v0", something_else)


@pytest.mark.parametrize("name", ["", "a b", "a//b", "../a", "a-v", "ä"])
def test_impossible_names(registry, name):
    with pytest.raises(ValueError, match="cannot name an environment"):
        registry.register(name, something)


def test_the_nearest_name_is_offered(registry):
    registry.register("pathfinding/lifelong-v0", something)
    with pytest.raises(UnknownName, match=r"Did you mean 'pathfinding/lifelong-v0'\?"):
        registry.find("pathfinding/lifelog-v0")
    with pytest.raises(UnknownName, match=r"Known are: pathfinding/lifelong-v0\."):
        registry.find("xyz")


def test_a_target_that_cannot_be_imported_is_named(registry):
    registry.register("gone-v0", "no_such_module:thing")
    with pytest.raises(CannotImport, match=r"'gone-v0' is registered as 'no_such_module:thing'"):
        registry.find("gone-v0").load()


def test_plugins_are_loaded_once_and_broken_ones_named(tmp_path):
    counter = tmp_path / "count"
    plugin = tmp_path / "my_plugin.py"
    plugin.write_text(f"open({str(counter)!r}, 'a').write('x')")
    load_plugin(str(plugin))
    load_plugin(str(plugin))
    assert counter.read_text() == "x"
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(CannotImport, match=r"broken\.py' cannot be imported: ZeroDivisionError: division by zero"):
        load_plugin(str(tmp_path / "broken.py"))
    with pytest.raises(CannotImport, match="no_such_package"):
        load_plugin("no_such_package.module")


def test_make_is_a_function_however_often_it_is_asked_for():
    for _ in range(2):
        assert envs.make("pathfinding/lifelong-v0", 2, num_agents=1).num_envs == 2
        from stigmergy.envs import make as again

        assert again is make


@dataclass(frozen=True)
class Inner:
    width: int = 3


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = field(default_factory=Inner)
    size: int = 1

    def __post_init__(self):
        if self.size < 1:
            raise BadParameter(f"size is {self.size}; allowed is 1 or more")


def test_dataclasses_are_built_from_plain_values():
    assert build_dataclass(Outer, {"name": "a", "inner": {"width": "4"}}, "x") == Outer("a", Inner(4))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "a", "sise": 3}, r"x has no parameter 'sise'\. Did you mean 'size'\?"),
        ({"name": "a", "inner": {"widht": 3}}, r"x: inner has no parameter 'widht'\. Did you mean 'width'\?"),
        ({"name": "a", "size": "big"}, r"x: size is 'big'; input should be a valid integer"),
        ({"name": "a", "size": 0}, r"x: size is 0; allowed is 1 or more"),
        ({}, r"x: name field required"),
        ([1], r"x is \[1\]"),
    ],
)
def test_wrong_values_are_named(values, words):
    with pytest.raises(BadParameter, match=words):
        build_dataclass(Outer, values, "x")


def test_parameters_of_an_id():
    assert config_class("pathfinding/lifelong").__name__ == "LifelongConfig"
    with pytest.raises(UnknownName):
        config_class("nowhere")


def test_a_policy_is_registered_by_a_decorator_a_call_and_a_string():
    class Sleep(ScriptedPolicy):
        """Stay."""

        def act(self, world, generator):
            return np.zeros((1, 1), np.int64)

    assert register_policy("test_sleep")(Sleep) is Sleep
    register_policy("test_nap", Sleep, "sleeps for a while")
    register_policy("test_optimum", "stigmergy.envs.games.policies:Optimum", "by a string")
    assert [algorithms.find(f"test_{name}").description for name in ("sleep", "nap", "optimum")] == [
        "Stay.",
        "sleeps for a while",
        "by a string",
    ]
    assert learner_class("test_sleep").name == "test_sleep"
    assert learner_class("test_optimum").policy.__name__ == "Optimum"
    with pytest.raises(ValueError, match="'pibt' is registered already"):
        register_policy("pibt", Sleep)


def test_a_plugin_registers_policies_beside_its_task(tmp_path):
    text = "import stigmergy\n\n\n@stigmergy.register_policy('test_doze')\nclass Doze(stigmergy.ScriptedPolicy):\n    plays = ('games/switch',)\n"
    (tmp_path / "dozing.py").write_text(text)
    load_plugin(str(tmp_path / "dozing.py"))
    spec = make("games/switch-v0", 1).spec
    assert scripted_for(spec, spec.groups[0]) == ["take_turns", "test_doze"]


@pytest.mark.parametrize(
    ("id", "names"),
    [
        ("dilemmas/iterated-v0", ["cooperate", "defect", "tit_for_tat", "grim", "win_stay_lose_shift"]),
        ("dilemmas/common_pool-v0", ["cooperate", "defect", "tit_for_tat", "grim", "punish", "steward"]),
        ("games/switch-v0", ["take_turns"]),
        ("pathfinding/lifelong-v0", ["shortest_path", "pibt"]),
    ],
)
def test_the_first_policy_of_a_task_is_its_baseline(id, names):
    spec = make(id, 1).spec
    assert scripted_for(spec, spec.groups[0]) == names
