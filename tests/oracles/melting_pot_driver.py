"""Play Melting Pot 2.4.1 on small maps, without importing stigmergy. Reads a list of cases as JSON,
writes the list of their results.

    STIGMERGY_MELTINGPOT=/path/to/dm-meltingpot-2.4.1 \
        python melting_pot_driver.py < cases.json > results.json

A case:
    substrate: name of a module in meltingpot/configs/substrates.
    map: rows of the substrate's own letters.
    start: [row, column] of each player; facing: 0 north, 1 east, 2 south, 3 west of each. Without
        them players begin on random spawn points.
    actions: for each frame one letter a player, the number of the action in the substrate's
        ACTION_SET in hexadecimal.
    parameters: {component: {keyword: value}}, set wherever that component occurs.
    roles: optional, one a player. seed: of the engine's generator.
    views: optional, true to have the column `view`. keep: optional, which of the columns below are
        wanted.

A result; the first entry of each column is what is seen before the first action, so a column is one
longer than the actions:
    position ([row, column]), facing, alive, may_move, reward, ready (READY_TO_SHOOT): a list of one
        a player. Places of absent players are null.
    maps: the different maps that were seen, rows of letters (see LETTERS), map: the number in that
        list.
    beams: {name: [[row, column], ...]}, the cells in which a beam is seen. One that is stopped by
        what it hits is not seen in that cell.
    events: [name, {key: value}] of that frame, players numbered from 0.
    view: what each player sees, rows of the same letters, ahead is up, 'o' is outside the map.
    inventory, interaction, colour, mark, others_cleaned: where the substrate has such things,
        one a player.
    ended: true if the last entry is the end of the episode; then there may be fewer entries than
        actions.

The engine runs unaltered. The scripts of the levels are copied to a temporary folder, where four
observations (the layers of the world and of views, whether a player is there, whether it may move)
and the initial heading of players are added. Every case gets an environment of its own: an episode
that dmlab2d starts anew in the same Lua state begins with what objects remember of the last one,
and Clean Up then fails to start.
"""

import copy
import importlib
import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

for name in ("tensorflow", "tensorflow.compat", "tensorflow.compat.v1", "tensorflow.python"):
    sys.modules[name] = MagicMock()  # only its bots need it
SOURCES = Path(os.environ["STIGMERGY_MELTINGPOT"])
sys.path.insert(0, str(SOURCES))

import dmlab2d  # noqa: E402
import numpy as np  # noqa: E402
from meltingpot.utils.substrates import builder  # noqa: E402

LETTERS = {
    "Wall": "W",
    "Apple": "a",
    "Dirt": "d",
    "UnripeBerry_1": "1",
    "UnripeBerry_2": "2",
    "UnripeBerry_3": "3",
    "RipeBerry_1": "r",
    "RipeBerry_2": "g",
    "RipeBerry_3": "b",
    "resource_class1_sprite": "1",
    "resource_class2_sprite": "2",
    "resource_class3_sprite": "3",
    "OutOfBounds": "o",
}
"""Letters of sprites; coins are '0' and '1', the player whose colour they have. Everything
else is floor, '.'.
"""
BEAMS = {
    "BeamZap": "zap",
    "BeamClean": "clean",
    "Beam_fire_1": "paint_1",
    "Beam_fire_2": "paint_2",
    "Beam_fire_3": "paint_3",
    "BeamInteraction": "interact",
}
FOREVER = 1000000
PATCHES = {
    "base_simulation.lua": [
        (
            "  observations[#observations + 1] = spec\n  -- Add all observations from GameObjects",
            """  observations[#observations + 1] = spec
  local layers = worldLayerView:observationSpec('WORLD.LAYER')
  layers.func = function(grid) return worldLayerView:observation{grid = grid} end
  observations[#observations + 1] = layers
  observations[#observations + 1] = {
      name = 'WORLD.SPRITES', type = 'String', shape = {0},
      func = function(grid) return table.concat(world:spriteNames(), ' ') end,
  }
  -- Add all observations from GameObjects""",
        )
    ],
    "avatar_library.lua": [
        (
            "      {'randomizeInitialOrientation',",
            "      {'initialOrientation', args.default('N'), args.stringType},\n      {'randomizeInitialOrientation',",
        ),
        ("targetTransform.orientation = 'N'", "targetTransform.orientation = self._config.kwargs.initialOrientation"),
        (
            "  local playerLayerView = world:createView(playerViewConfig)",
            """  observations[#observations + 1] = {
      name = stringId .. '.ALIVE', type = 'Doubles', shape = {},
      func = function(grid) return self:isAlive() and 1 or 0 end
  }
  observations[#observations + 1] = {
      name = stringId .. '.MAY_MOVE', type = 'Doubles', shape = {},
      func = function(grid) return self:isMovementAllowed() and 1 or 0 end
  }
  local playerLayerView = world:createView(playerViewConfig)
  local cells = playerLayerView:observationSpec(stringId .. '.CELLS')
  cells.func = function(grid) return playerLayerView:observation{grid = grid, piece = self.gameObject:getPiece()} end
  observations[#observations + 1] = cells""",
        ),
    ],
}


def patched_scripts(folder: Path) -> None:
    """Copy the levels' Lua scripts and add what is observed and can be set."""
    shutil.copytree(SOURCES / "meltingpot" / "lua", folder / "meltingpot" / "lua")
    for name, replacements in PATCHES.items():
        path = folder / "meltingpot" / "lua" / "modules" / name
        text = path.read_text()
        for old, new in replacements:
            assert text.count(old) == 1, f"{name} is not that of dm-meltingpot 2.4.1"
            text = text.replace(old, new)
        path.write_text(text)


def components(settings: Any, name: str | None = None) -> list[dict[str, Any]]:
    """Every component (of that name) in a substrate's definition."""
    found = []
    if isinstance(settings, dict):
        if "component" in settings and name in (None, settings["component"]):
            found.append(settings)
        settings = list(settings.values())
    if isinstance(settings, (list, tuple)):
        for value in settings:
            found += components(value, name)
    return found


def define(case: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """The definition of the case's substrate, on its map, and the module it comes from."""
    module = importlib.import_module(f"meltingpot.configs.substrates.{case['substrate']}")
    module._ENABLE_DEBUG_OBSERVATIONS = True
    base = sys.modules.get("meltingpot.configs.substrates.allelopathic_harvest")
    if base is not None:
        base._ENABLE_DEBUG_OBSERVATIONS = True
    players = len(case["actions"][0])
    roles = case.get("roles") or ["default"] * players
    settings = copy.deepcopy(dict(module.build(roles, module.get_config())))
    simulation = settings["simulation"]
    settings["maxEpisodeLengthFrames"] = case.get("horizon", FOREVER)
    settings["spriteSize"] = 1
    simulation["prefabs"] = copy.deepcopy(dict(simulation["prefabs"]))
    simulation["charPrefabMap"] = dict(simulation["charPrefabMap"])
    parameters = {"StochasticIntervalEpisodeEnding": {"minimumFramesPerEpisode": FOREVER}} | case.get("parameters", {})
    for name, keywords in parameters.items():
        found = components(simulation, name)
        if not found and name in case.get("parameters", {}):
            raise ValueError(f"{case['substrate']} has no component {name}")
        for component in found:
            component["kwargs"] = dict(component.get("kwargs", {})) | keywords
    rows = [list(row) for row in case["map"]]
    if "start" in case:
        place_players(case, simulation, rows)
    simulation["map"] = "\n" + "\n".join("".join(row) for row in rows) + "\n"
    return settings, module


def place_players(case: dict[str, Any], simulation: dict[str, Any], rows: list[list[str]]) -> None:
    """Give every player a spawn point of its own for the beginning, under what the map has in that
    cell.
    """
    legend = simulation["charPrefabMap"]
    avatars = components(simulation, "Avatar")
    for player, (row, column) in enumerate(case["start"]):
        letter, name = "zyxwvutq"[player], f"start_{player}"
        here = legend.get(rows[row][column], [])
        here = here["list"] if isinstance(here, dict) else [here] if isinstance(here, str) else here
        state = {"state": name, "layer": "startingPlaces", "groups": [name]}
        simulation["prefabs"][name] = {
            "name": name,
            "components": [
                {"component": "StateManager", "kwargs": {"initialState": name, "stateConfigs": [state]}},
                {"component": "Transform"},
            ],
        }
        legend[letter] = {"type": "all", "list": [*here, name]}
        rows[row][column] = letter
        given = avatars[player]["kwargs"]
        later = given.get("postInitialSpawnGroup", given["spawnGroup"])
        given |= {
            "spawnGroup": name,
            "postInitialSpawnGroup": later,
            "randomizeInitialOrientation": False,
            "initialOrientation": "NESW"[case["facing"][player]],
        }


def play(case: dict[str, Any]) -> dict[str, Any]:
    """Play one case in an environment of its own."""
    random.seed(case.get("seed", 1))
    settings, module = define(case)
    players = len(case["actions"][0])
    env = builder.builder(settings, env_seed=case.get("seed", 1))
    raw: dmlab2d.Environment = env._env
    names = (*SEEN, "CELLS") if case.get("views") else SEEN
    wanted = [f"{i + 1}.{name}" for i in range(players) for name in names] + ["WORLD.LAYER", "WORLD.SPRITES"]
    raw._obs_names = [name for name in raw._obs_names if name in wanted]
    letters = dict(LETTERS)
    for number, component in enumerate(components(settings["simulation"], "PlayerCoinType")):
        letters[component["kwargs"]["coinType"]] = str(number)
    watcher = Watcher(players, letters, bool(components(settings["simulation"], "GraduatedSanctionsMarking")))
    watcher.see(raw.reset().observation, [])
    for joint in case["actions"]:
        action = {
            f"{i + 1}.{key}": value
            for i, letter in enumerate(joint)
            for key, value in module.ACTION_SET[int(letter, 16)].items()
        }
        step = raw.step(action)
        watcher.see(step.observation, raw.events())
        if step.last():
            watcher.columns["ended"] = True
            break
    env.close()
    columns = watcher.columns
    keep = case.get("keep")
    return {name: column for name, column in columns.items() if keep is None or name in keep or name == "ended"}


NUMBERS = {
    "reward": "REWARD",
    "ready": "READY_TO_SHOOT",
    "inventory": "INVENTORY",
    "interaction": "INTERACTION_INVENTORIES",
    "colour": "COLOR_ID",
    "others_cleaned": "NUM_OTHERS_WHO_CLEANED_THIS_STEP",
}
SEEN = ("POSITION", "ORIENTATION", "ALIVE", "MAY_MOVE", *NUMBERS.values())


def rounded(value: Any) -> Any:
    """Numbers to six digits, whole ones as integers, in lists of lists."""
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return int(value) if float(value).is_integer() else round(value, 6)


class Watcher:
    """Writes down what is seen, as described at the head of this file."""

    def __init__(self, players: int, letters: dict[str, str], marked: bool):
        self.players, self.letters, self.marked = players, letters, marked
        self.columns: dict[str, Any] = {}

    def add(self, column: str, value: Any) -> None:
        """One more entry."""
        self.columns.setdefault(column, []).append(value)

    def of_each(self, seen: dict[str, np.ndarray], name: str) -> list[Any] | None:
        """An observation of all players, as lists; None if there is none of that name."""
        if f"1.{name}" not in seen:
            return None
        return [np.asarray(seen[f"{i + 1}.{name}"]).tolist() for i in range(self.players)]

    def see(self, seen: dict[str, np.ndarray], events: list[Any]) -> None:
        """Add an entry to every column."""
        alive = [int(value) for value in self.of_each(seen, "ALIVE")]
        places = [[row, column] for column, row in self.of_each(seen, "POSITION")]
        self.add("position", [place if here else None for place, here in zip(places, alive)])
        self.add("facing", [facing if here else None for facing, here in zip(self.of_each(seen, "ORIENTATION"), alive)])
        self.add("alive", alive)
        self.add("may_move", [int(value) for value in self.of_each(seen, "MAY_MOVE")])
        for column, name in NUMBERS.items():
            values = self.of_each(seen, name)
            if values is not None:
                self.add(column, rounded(values))
        sprites = self.sprites(seen, "WORLD.LAYER")
        self.see_map(sprites)
        if "1.CELLS" in seen:
            self.add("view", [self.letters_of(self.sprites(seen, f"{i + 1}.CELLS")) for i in range(self.players)])
        self.see_marks(sprites, places, alive)
        self.add("events", [self.event(name, values) for name, values in events if name != "AvatarStarted"])

    def sprites(self, seen: dict[str, np.ndarray], name: str) -> list[list[list[str]]]:
        """The names of the sprites in each cell of an observation, without their heading."""
        names = bytes(np.asarray(seen["WORLD.SPRITES"]).item()).decode().split(" ")
        return [[[names[id][:-2] for id in cell if id > 0] for cell in row] for row in seen[name].tolist()]

    def letters_of(self, sprites: list[list[list[str]]]) -> list[str]:
        """Letters of the cells."""
        return [
            "".join(next((self.letters[name] for name in cell if name in self.letters), ".") for cell in row)
            for row in sprites
        ]

    def see_map(self, sprites: list[list[list[str]]]) -> None:
        """Letters of the cells, and beams."""
        letters, beams = self.letters_of(sprites), {}
        for r, row in enumerate(sprites):
            for c, cell in enumerate(row):
                for name in cell:
                    if name in BEAMS:
                        beams.setdefault(BEAMS[name], []).append([r, c])
        maps = self.columns.setdefault("maps", [])
        if letters not in maps:
            maps.append(letters)
        self.add("map", maps.index(letters))
        self.add("beams", beams)

    def see_marks(self, sprites: list[list[list[str]]], places: list[list[int]], alive: list[int]) -> None:
        """Levels of graduated sanctions, 1 or 2."""
        prefix = "sprite_for_level_"
        marks = []
        for (row, column), here in zip(places, alive):
            levels = (
                [int(name[len(prefix) :]) for name in sprites[row][column] if name.startswith(prefix)] if here else []
            )
            marks.append(levels[0] if levels else None)
        if self.marked:
            self.add("mark", marks)

    def event(self, name: str, values: list[Any]) -> list[Any]:
        """One event: dmlab2d gives a flat list 'dict', key, value, key, value ..."""
        plain = [
            value.decode() if isinstance(value, bytes) else rounded(np.asarray(value).tolist()) for value in values
        ]
        pairs = dict(zip(plain[1::2], plain[2::2])) if plain[:1] == ["dict"] else {"values": plain}
        players = ("source", "target", "player_index", "row_player_idx", "col_player_idx")
        return [name, {key: int(value) - 1 if key in players else value for key, value in pairs.items()}]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        patched_scripts(Path(folder))
        builder._MELTINGPOT_ROOT = folder
        print(json.dumps([play(case) for case in json.load(sys.stdin)]))
