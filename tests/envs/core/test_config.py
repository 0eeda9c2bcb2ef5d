"""Configs: ranges beside defaults, presets below given values."""

import copy
import dataclasses
import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pytest

from stigmergy.envs.core.config import Config, Presets
from stigmergy.envs.core.ranges import (
    Amount,
    Check,
    Count,
    Interval,
    Length,
    Odd,
    OneOf,
    Positive,
    Probability,
    Steps,
    range_of,
)
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.make import build_dataclass
from stigmergy.envs.registration.scenario_env import config_with


def _check_even(name: str, value: int) -> None:
    if value % 2:
        raise BadParameter(f"{name} is {value}; allowed are even numbers")


@dataclass(frozen=True)
class Window(Config):
    left: Annotated[int, Interval(ge=0, le=15)] = 5
    right: Annotated[int, Interval(ge=0, le=15)] = 5

    prefix: ClassVar[str] = "window."


@dataclass(frozen=True)
class Meadow(Config):
    """A task of every kind of field."""

    num_agents: Annotated[int, Interval(ge=1, le=64)] = 7
    source: str = "paper"
    chance: Probability = 0.5
    growth: tuple[Probability, ...] = (0.1, 0.2)
    share: Annotated[float, Interval(gt=0, lt=1)] | None = None
    view: Annotated[int, Odd(3, 33)] = 5
    game: Annotated[str, OneOf(("chicken", "stag_hunt"))] = "chicken"
    mode: Literal["soft", "hard"] = "soft"
    pairs: Annotated[int, Check(_check_even, "even")] = 2
    level: Annotated[str, Length(1, 8, "characters")] = "flat"
    rate: Positive = 1.0
    on: bool = True
    window: Window = Window()
    limit: int = 14

    presets: ClassVar[Presets] = {
        "source": {
            "paper": {},
            "code": {"num_agents": 5, "window": {"left": 7}},
            "wide": {"window": Window(9, 9)},
        }
    }

    @classmethod
    def preset_values(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        laid = dict(super().preset_values(given))
        laid["limit"] = 2 * given.get("num_agents", laid.get("num_agents", cls.num_agents))
        return laid

    def _check_together(self) -> None:
        super()._check_together()
        if self.limit < self.num_agents:
            raise BadParameter(f"limit is {self.limit}; allowed is num_agents, which is {self.num_agents}, or more")


@dataclass(frozen=True)
class Old(Meadow):
    null_is_default: ClassVar[bool] = True


def build(**given: Any) -> Meadow:
    return build_dataclass(Meadow, given, "test/meadow-v0")


SENTENCES = [
    ({"num_agents": 0}, "num_agents is 0; allowed is 1 to 64"),
    ({"num_agents": 10**400}, "allowed is 1 to 64"),
    ({"chance": 1.5}, "chance is 1.5; allowed is 0 to 1"),
    ({"chance": math.nan}, "chance is nan; allowed is 0 to 1"),
    ({"chance": -math.inf}, "chance is -inf; allowed is 0 to 1"),
    ({"growth": (0.5, 2.5)}, r"growth\[1\] is 2.5; allowed is 0 to 1"),
    ({"share": 0.0}, "share is 0.0; allowed is above 0 to below 1"),
    ({"view": 4}, "view is 4; allowed are odd numbers from 3 to 33"),
    ({"view": 35}, "view is 35; allowed is 3 to 33"),
    ({"game": "stag_hun"}, "game is 'stag_hun'; allowed are chicken and stag_hunt. Did you mean 'stag_hunt'?"),
    ({"game": "12"}, "game is '12'; allowed are chicken and stag_hunt$"),
    ({"pairs": 3}, "pairs is 3; allowed are even numbers"),
    ({"level": ""}, "level has 0 characters; allowed are 1 to 8"),
    ({"rate": 0.0}, "rate is 0.0; allowed is above 0"),
    ({"rate": 1e300}, "rate is 1e.300; allowed is what float32 holds"),
    ({"window": {"left": 16}}, "window.left is 16; allowed is 0 to 15"),
    ({"source": "cod"}, "source is 'cod'; allowed are paper, code and wide. Did you mean 'code'?"),
    ({"source": ["code"]}, r"source is \['code'\]; allowed are paper, code and wide"),
    ({"num_agents": 8, "limit": 7}, "limit is 7; allowed is num_agents, which is 8, or more"),
]


@pytest.mark.parametrize("make", [Meadow, build])
@pytest.mark.parametrize(("given", "sentence"), SENTENCES)
def test_what_is_out_of_range_is_refused_in_a_sentence(make, given, sentence):
    with pytest.raises(BadParameter, match=sentence.replace("?", r"\?")):
        make(**given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"num_agents": 2.5}, "num_agents is 2.5; allowed is a whole number"),
        ({"num_agents": "3"}, "num_agents is '3'; allowed is a whole number"),
        ({"num_agents": None}, "num_agents is None; allowed is a whole number"),
        ({"chance": "much"}, "chance is 'much'; allowed is a number"),
        ({"growth": 0.5}, "growth is 0.5; allowed is a tuple"),
        ({"mode": "firm"}, "mode is 'firm'; allowed is 'soft' or 'hard'"),
        ({"on": 2}, "on is 2; allowed is true or false"),
        ({"level": 3}, "level is 3; allowed is a text"),
        ({"window": 3}, "window is 3; allowed is a Window"),
    ],
)
def test_wrong_types_are_refused_where_nothing_converts_them(given, sentence):
    with pytest.raises(BadParameter, match=sentence):
        Meadow(**given)
    with pytest.raises(BadParameter, match="|".join(given)):
        build(**{name: 2.5 if value == "3" else value for name, value in given.items()})


def test_numbers_of_numpy_are_numbers():
    made = Meadow(num_agents=np.int64(3), chance=np.float32(0.5), on=np.bool_(False), share=np.float64(0.5))
    assert (made.num_agents, made.chance, made.on) == (3, 0.5, False)
    for value in (np.int64(0), np.int32(65)):
        with pytest.raises(BadParameter, match="num_agents"):
            Meadow(num_agents=value)
    with pytest.raises(BadParameter, match="chance is nan"):
        Meadow(chance=np.float32("nan"))
    assert Meadow(chance=1, num_agents=True).num_agents == 1


@pytest.mark.parametrize("make", [Meadow, build])
def test_given_values_lie_over_presets_and_presets_over_defaults(make):
    assert (make().num_agents, make().window, make().limit) == (7, Window(5, 5), 14)
    code = make(source="code")
    assert (code.num_agents, code.window, code.limit) == (5, Window(7, 5), 10)
    own = make(source="code", num_agents=3, window={"right": 1})
    assert (own.num_agents, own.window, own.limit) == (3, Window(7, 1), 6)
    assert make(source="wide", window={"left": 0}).window == Window(0, 9)
    assert make(source="wide", window=Window(1)).window == Window(1, 5), "a whole one is taken as it is"
    assert make(num_agents=3, limit=4).limit == 4


def test_defaults_that_follow_given_values_follow_them_as_converted():
    assert build(num_agents="4").limit == build(num_agents=4.0).limit == build(num_agents="4e0").limit == 8


def test_arguments_without_names():
    assert Meadow(3, "code").window == Window(7, 5)
    assert Meadow(3, "code").num_agents == 3
    for args, named in (((1,), {"num_agents": 2}), ((1,) * 20, {}), ((), {"n": 3})):
        with pytest.raises(TypeError):
            Meadow(*args, **named)


@pytest.mark.parametrize("make", [Meadow, build])
def test_other_presets_keep_what_was_given(make):
    code = make(source="code", chance=0.5, window={"right": 1})
    paper = code.with_values({"source": "paper", "window": {"left": 2}})
    assert paper == make(window=Window(2, 1))
    assert make(num_agents=5, source="code").with_values({"source": "paper"}).num_agents == 5
    assert make(window=Window(1, 2)).with_values({"window": {"left": 3}}).window == Window(3, 2)
    assert code.with_values({}) == code
    assert dataclasses.replace(code, source="paper").num_agents == 5, "replace keeps all others"


def test_a_config_written_out_forgets_what_presets_say():
    code = Meadow(source="code", num_agents=9, window={"right": 1})
    again = Meadow(**dataclasses.asdict(code))
    assert again == code
    assert again.with_values({"source": "paper"}).limit == 18
    assert again.with_values({"source": "paper"}).window == Window(7, 1)
    forgetful = again.forget_defaults()
    assert forgetful == code
    assert forgetful.with_values({"source": "paper"}) == Meadow(num_agents=9, window={"right": 1})


def test_nulls_of_earlier_releases_are_left_out():
    given = {"num_agents": None, "source": "code", "window": {"left": None, "right": 3}}
    for old in (Old(**given), build_dataclass(Old, given, "x")):
        assert (old.num_agents, old.window) == (5, Window(7, 3))
        assert old.with_values({"source": "paper"}).num_agents == 7


def test_copies_remember_what_was_given():
    code = Meadow(source="code", chance=0.25)
    for copied in (copy.copy(code), copy.deepcopy(code), pickle.loads(pickle.dumps(code))):
        assert copied == code
        assert copied.with_values({"source": "paper"}) == Meadow(chance=0.25)
    assert set(vars(code)) == {field.name for field in dataclasses.fields(code)}


def test_a_scenario_s_values_lie_over_presets():
    cls = config_with(Meadow, Meadow(num_agents=6), {"num_agents": 6})
    assert (cls().num_agents, cls(source="code").num_agents, cls(source="code").window) == (6, 6, Window(7, 5))
    assert cls(source="code", num_agents=4).num_agents == 4
    assert build_dataclass(cls, {"source": "code"}, "x").num_agents == 6


def test_a_field_declared_again_keeps_its_range():
    @dataclass(frozen=True)
    class Large(Meadow):
        num_agents: int = 40
        chance: Annotated[float, Interval(ge=0, le=0.25)] = 0.1

    with pytest.raises(BadParameter, match="num_agents is 65; allowed is 1 to 64"):
        Large(num_agents=65)
    with pytest.raises(BadParameter, match=r"chance is 0\.5; allowed is 0 to 0\.25"):
        Large(chance=0.5)


def test_ranges_in_words():
    assert Meadow.ranges() == {
        "num_agents": "1 to 64",
        "source": "paper, code or wide",
        "chance": "0 to 1",
        "growth": "each 0 to 1",
        "share": "above 0 to below 1",
        "view": "odd, 3 to 33",
        "game": "chicken or stag_hunt",
        "pairs": "even",
        "level": "1 to 8",
        "rate": "above 0",
    }
    words = {
        Steps: "1 or more",
        Count: "1 or more",
        Amount: "-1000000 to 1000000",
        Annotated[float, Interval(le=3)]: "up to 3",
        Annotated[float, Interval(lt=3)]: "below 3",
        Annotated[float, Interval()]: "a finite number",
        Annotated[float, Interval(gt=0, le=1)]: "above 0 to 1",
        Annotated[tuple[Probability, ...], Length(1, 9)]: "each 0 to 1, number of them 1 to 9",
        Annotated[tuple[int, ...], Length(2)]: "number of them 2 or more",
        int: "",
    }
    assert {hint: range_of(hint) for hint in words} == words
