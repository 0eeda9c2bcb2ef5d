"""A page for each registered task, from its registration, its spec, its class and its config."""

from collections.abc import Iterator
from typing import Any

import yaml
from gymnasium import spaces

from stigmergy.algorithms.core.make import scripted_for
from stigmergy.envs.core.config import Config
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.spec import EnvSpec, GroupSpec
from stigmergy.envs.registration.make import make
from stigmergy.envs.registration.registry import Registration, algorithms, environments
from stigmergy.envs.registration.scenario import Scenario
from tests.support.task_docs import SECTIONS, sections_of, summary_of

from .addresses import ROOT
from .config_tables import option_table, preset_tables

FAMILIES = {
    "pathfinding": "Pathfinding",
    "pursuit": "Pursuit",
    "swarm": "Swarm",
    "dilemmas": "Social dilemmas",
    "games": "Small games",
}


def tasks() -> list[Registration]:
    """Registrations of the tasks that come with the package, without scenarios."""
    return [own for own in environments if isinstance(own.target, str) and own.target.startswith("stigmergy.envs.")]


def address(id: str) -> str:
    """Address of the page of a task in the site."""
    return f"tasks/{id}.md"


def picture(id: str) -> str:
    """Path in the repository of the picture of a task."""
    return f"docs/images/tasks/{id}.png"


def source_of(target: str) -> str:
    """Path in the repository of the module of a target `module:name`."""
    return target.partition(":")[0].removeprefix("stigmergy.").replace(".", "/") + ".py"


def task_page(registration: Registration) -> str:
    """Markdown of the page, with links from `docs/tasks/FAMILY/`, where it would lie."""
    id, cls = registration.name, registration.load()
    env = make(id, 1)
    try:
        parts = [
            f"---\ntitle: {id}\n---\n\n# `{id}`",
            f"![One frame of {id} under scripted play](../../images/tasks/{id}.png){{ .task-picture }}",
            summary_of(cls),
            _facts(env.spec, env),
            _run_it(id),
            *_sections(cls),
            _config(env.config, sections_of(cls).get(("Config presets", ""), [])),
            _baselines(env.spec),
            _scenarios(id),
            _files(registration),
        ]
    finally:
        env.close()
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(spec: EnvSpec, env: BatchEnv[Any]) -> str:
    several = len(spec.groups) > 1
    rows = ["| | " + " | ".join(f"`{group.name}`" if several else "" for group in spec.groups) + " |"]
    rows.append("| --- |" + " --- |" * len(spec.groups))

    def add(name: str, cells: list[str]) -> None:
        rows.append(f"| {name} | " + " | ".join(cells) + " |")

    add("agents", [str(group.size) for group in spec.groups])
    add("observation", [f"`{_space(group.observation_space)}`" for group in spec.groups])
    add("actions", [f"`{_space(group.action_space)}`" for group in spec.groups])
    add("action masks", ["yes" if group.has_action_mask else "no" for group in spec.groups])
    add("reward", ["one for the team" if group.shared_reward else "each agent's own" for group in spec.groups])
    shared = [""] * (len(spec.groups) - 1)
    add("global state", [f"`{spec.state_shape}` float32" if spec.state_shape else "none", *shared])
    add("episode", [f"at most {spec.horizon} steps" if spec.horizon else "without a limit", *shared])
    if spec.signals:
        add("public signals", [", ".join(f"`{name}` {shape}" for name, shape in spec.signals.items()), *shared])
    return "\n".join(rows) + "\n\nWith the default config; numbers and shapes follow it."


def _space(space: spaces.Space[Any]) -> str:
    if isinstance(space, spaces.Discrete):
        return f"Discrete({space.n})"
    if isinstance(space, spaces.MultiDiscrete):
        return f"MultiDiscrete({', '.join(map(str, space.nvec))})"
    return f"{type(space).__name__}{space.shape} {space.dtype}"


def _run_it(id: str) -> str:
    lines = [f"stigmergy train {name}" for name, environment in shipped().items() if environment == id]
    lines = lines or [f"stigmergy train --environment {id} --algorithm ippo"]
    return (
        "```bash\n"
        + "\n".join(lines)
        + "\n```\n\n```python\nimport stigmergy\n\n"
        + (f'env = stigmergy.make("{id}", num_envs=64)\n```')
    )


def shipped() -> dict[str, str]:
    """Names of the configs that come with the package, and the environment of each."""
    found = {}
    for path in sorted((ROOT / "configs").rglob("*.yaml")):
        name = path.relative_to(ROOT / "configs").with_suffix("").as_posix()
        found[name] = (yaml.safe_load(path.read_text()) or {}).get("environment", "")
    return found


def _sections(cls: type) -> Iterator[str]:
    found = sections_of(cls)
    for name in SECTIONS:
        if name == "Config presets":
            continue  # stands with the config
        for (section, group), lines in found.items():
            if section == name:
                yield f"## {name}" + (f" of `{group}`" if group else "")
                yield "\n".join(lines).strip()
        if name == "Rules":
            yield from _common_rules(cls)


def _common_rules(cls: type) -> Iterator[str]:
    """Rules that a base class states for its whole family beside the task's own."""
    own = sections_of(cls)["Rules", ""]
    for base in cls.__mro__[1:]:
        rules = sections_of(base).get(("Rules", ""))
        if issubclass(base, BatchEnv) and rules and rules != own:
            yield f"### Rules of `{base.__name__}`"
            yield "\n".join(rules).strip()


def _config(config: Config, about_presets: list[str]) -> str:
    parts = (
        "## Config",
        "Keywords in Python, `task:` in a config file, `--task.NAME VALUE` on the command line.",
        option_table(config, ""),
        "\n".join(about_presets).strip(),
        preset_tables(type(config)).strip(),
    )
    return "\n\n".join(part for part in parts if part)


def _baselines(spec: EnvSpec) -> str:
    rows = []
    for group in spec.groups:
        for name in [*scripted_for(spec, group), "random"]:
            rows.append(_baseline_row(name, group, len(spec.groups) > 1))
    head = [
        "## Baselines",
        "Scripted policies that play it; `stigmergy evaluate RUN --against NAME` plays one beside a run.",
    ]
    return "\n\n".join([*head, "| name | |\n| --- | --- |\n" + "\n".join(rows)])


def _baseline_row(name: str, group: GroupSpec, several: bool) -> str:
    registration = algorithms.find(name)
    shown = f"[`{name}`](../../../{source_of(registration.target)})"
    plays = f" ({group.name})" if several else ""
    return f"| {shown}{plays} | {registration.description} |"


def _scenarios(id: str) -> str:
    rows = [
        f"| `{own.name}` | {own.description} |"
        for own in environments
        if isinstance(own.target, Scenario) and own.target.world == id
    ]
    if not rows:
        return ""
    head = "## Scenarios\n\nIn these scripted bots play beside the learners ([how](../../scenarios.md)).\n\n"
    return head + "| id | |\n| --- | --- |\n" + "\n".join(rows)


def _files(registration: Registration) -> str:
    path = source_of(registration.target)
    folder = path.rpartition("/")[0]
    configs = [name for name, environment in shipped().items() if environment == registration.name]
    lines = [f"- class [`{registration.target.partition(':')[2]}`](../../../{path})"]
    lines += [
        f"- [`{folder}/{name}.py`](../../../{folder}/{name}.py)"
        for name in ("config", "rules", "state", "observation", "reset", "policies", "draw")
        if (ROOT / folder / f"{name}.py").is_file()
    ]
    lines += [f"- config [`{name}`](../../../configs/{name}.yaml)" for name in configs]
    return "## Files\n\n" + "\n".join(lines)
