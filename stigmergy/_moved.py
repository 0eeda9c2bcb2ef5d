"""Module paths of version 0.1.0 that moved: they import with a warning, for one release."""

import importlib
import sys
import warnings
from collections.abc import Sequence
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PACKAGE = __name__.rpartition(".")[0]
MOVED = {
    "envs.files": "envs.utils.files",
    "envs.yaml_text": "envs.utils.yaml_text",
    "envs.memory": "envs.core.system_memory",
    "envs.copying": "envs.core.copying",
    "envs.sources": "envs.plugins.sources",
    "envs.beside": "envs.plugins.search_path",
    "envs.parameter_files": "envs.utils.parameter_files",
    "envs.batch": "envs.core.env",
    "envs.spec": "envs.core.spec",
    "envs.timestep": "envs.core.timestep",
    "envs.checks": "envs.core.validation",
    "envs.payoffs": "envs.core.validation",
    "envs.streams": "envs.core.random_streams",
    "envs.signals": "envs.core.sanction_signals",
    "envs.policy": "envs.core.scripted_policy",
    "envs.random_play": "envs.core.random_policy",
    "envs.rows": "envs.grid.simd_copy",
    "envs.bodies": "envs.plane.particles",
    "envs.neighbours": "envs.plane.neighbours",
    "envs.geometry": "envs.plane.geometry",
    "envs.canvas": "envs.rendering.canvas",
    "envs.palette": "envs.rendering.palette",
    "envs.scene": "envs.rendering.figure",
    "envs.board": "envs.rendering.grid_canvas",
    "envs.arena": "envs.rendering.plane_canvas",
    "envs.tables": "envs.rendering.payoff_matrix",
    "envs.bodies_picture": "envs.rendering.particles",
    "envs.video": "envs.rendering.video",
    "envs.viewer": "envs.rendering.window",
    "envs.pettingzoo_view": "envs.interop.to_pettingzoo.parallel",
    "envs.infos": "envs.interop.to_pettingzoo.infos",
    "envs.turns": "envs.interop.to_pettingzoo.aec",
    "envs.bridge": "envs.interop.from_pettingzoo",
    "envs.bridge.actions": "envs.interop.from_pettingzoo.codecs.actions",
    "envs.bridge.observations": "envs.interop.from_pettingzoo.codecs.observations",
    "envs.bridge.masks": "envs.interop.from_pettingzoo.codecs.masks",
    "envs.bridge.values": "envs.interop.from_pettingzoo.codecs.values",
    "envs.bridge.intake": "envs.interop.from_pettingzoo.codecs.group",
    "envs.bridge.faults": "envs.interop.from_pettingzoo.codecs.faults",
    "envs.bridge.building": "envs.interop.from_pettingzoo.building",
    "envs.bridge.copies": "envs.interop.from_pettingzoo.copying",
    "envs.bridge.env": "envs.interop.from_pettingzoo.env",
    "envs.bridge.global_view": "envs.interop.from_pettingzoo.global_state",
    "envs.bridge.grouping": "envs.interop.from_pettingzoo.codecs.grouping",
    "envs.bridge.lives": "envs.interop.from_pettingzoo.agent_lives",
    "envs.bridge.outcomes": "envs.interop.from_pettingzoo.outcomes",
    "envs.bridge.parameters": "envs.interop.from_pettingzoo.config",
    "envs.bridge.pictures": "envs.interop.from_pettingzoo.rendering",
    "envs.bridge.players": "envs.interop.from_pettingzoo.drivers",
    "envs.registry": "envs.registration.registry",
    "envs.tasks": "envs.registration.register",
    "envs.factory": "envs.registration.make",
    "envs.scenario": "envs.registration.scenario",
    "envs.seated": "envs.registration.scenario_env",
    "envs.conformance": "envs.tools.conformance",
    "envs.courses": "envs.tools.traces",
    "envs.fingerprint": "envs.tools.fingerprint",
    "envs.recording": "envs.tools.recording",
    "envs.subject": "envs.tools.subject",
    "envs.pettingzoo_tests": "envs.tools.pettingzoo_tests",
    "envs.pathfinding.parameters": "envs.pathfinding.config",
    "envs.pathfinding.task": "envs.pathfinding.build",
    "envs.pathfinding.placement": "envs.pathfinding.reset",
    "envs.pathfinding.layout": "envs.pathfinding.maps.drawing",
    "envs.pathfinding.movingai": "envs.pathfinding.maps.movingai",
    "envs.pathfinding.bundled": "envs.pathfinding.maps.bundled",
    "envs.pathfinding.given": "envs.pathfinding.maps.names",
    "envs.pursuit.evaders.parameters": "envs.pursuit.evaders.config",
    "envs.pursuit.evaders.placement": "envs.pursuit.evaders.reset",
    "envs.pursuit.tracking.placement": "envs.pursuit.tracking.reset",
    "envs.pursuit.tracking.cells": "envs.pursuit.tracking.cell_list",
    "envs.swarm.grid_task": "envs.swarm.swarmbench.env",
    "envs.swarm.state": "envs.swarm.swarmbench.state",
    "envs.swarm.parameters": "envs.swarm.swarmbench.config",
    "envs.swarm.pushing": "envs.swarm.swarmbench.pushing",
    "envs.swarm.symbols": "envs.swarm.swarmbench.symbols",
    "envs.swarm.messages": "envs.swarm.swarmbench.messages",
    "envs.swarm.rewards": "envs.swarm.swarmbench.rewards",
    "envs.swarm.planning": "envs.swarm.swarmbench.planning",
    "envs.swarm.view": "envs.swarm.swarmbench.observation",
    "envs.swarm.grid_draw": "envs.swarm.swarmbench.draw",
    "envs.swarm.grid_text": "envs.swarm.swarmbench.text",
    "envs.swarm.text_players": "envs.swarm.swarmbench.text_players",
    "envs.swarm.ways": "envs.grid.search",
    "envs.swarm.turning": "envs.swarm.headings.rules",
    "envs.swarm.turning_env": "envs.swarm.headings.env",
    "envs.swarm.turning_draw": "envs.swarm.headings.draw",
    "envs.dilemmas.grid_task": "envs.dilemmas.grid_engine.env",
    "envs.dilemmas.state": "envs.dilemmas.grid_engine.state",
    "envs.dilemmas.parameters": "envs.dilemmas.grid_engine.config",
    "envs.dilemmas.allelopathic_harvest.parameters": "envs.dilemmas.allelopathic_harvest.config",
    "envs.dilemmas.cleanup.parameters": "envs.dilemmas.cleanup.config",
    "envs.dilemmas.common_pool.parameters": "envs.dilemmas.common_pool.config",
    "envs.dilemmas.harvest.parameters": "envs.dilemmas.harvest.config",
    "envs.dilemmas.in_the_matrix.parameters": "envs.dilemmas.in_the_matrix.config",
    "envs.dilemmas.partner_selection.parameters": "envs.dilemmas.partner_selection.config",
    "envs.dilemmas.in_the_matrix.looks": "envs.dilemmas.in_the_matrix.appearance",
    "envs.dilemmas.avatars": "envs.dilemmas.grid_engine.avatars",
    "envs.dilemmas.beams": "envs.dilemmas.grid_engine.beams",
    "envs.dilemmas.sanctioning": "envs.dilemmas.grid_engine.sanctions",
    "envs.dilemmas.view": "envs.dilemmas.grid_engine.observation",
    "envs.dilemmas.rgb": "envs.dilemmas.grid_engine.rgb",
    "envs.dilemmas.looks": "envs.dilemmas.grid_engine.appearance",
    "envs.dilemmas.layout": "envs.dilemmas.grid_engine.maps",
    "envs.dilemmas.draw": "envs.dilemmas.grid_engine.draw",
    "envs.dilemmas.bots": "envs.dilemmas.grid_engine.bots",
    "envs.dilemmas.ring": "envs.dilemmas.drawing_ring",
    "algorithms.learner": "algorithms.core.learner",
    "algorithms.rollout": "algorithms.core.rollout",
    "algorithms.returns": "algorithms.core.returns",
    "algorithms.statistics": "algorithms.core.statistics",
    "algorithms.registry": "algorithms.core.registry",
    "algorithms.factory": "algorithms.core.make",
    "algorithms.scripted": "algorithms.core.scripted",
    "algorithms.conformance": "algorithms.core.conformance",
    "algorithms.networks": "algorithms.nn.layers",
    "algorithms.gru": "algorithms.nn.gru",
    "algorithms.gru_steps": "algorithms.nn.gru_kernels",
    "algorithms.encoders": "algorithms.nn.encoders",
    "algorithms.body": "algorithms.nn.torso",
    "algorithms.channel": "algorithms.nn.communication",
    "algorithms.optimizer": "algorithms.nn.adam",
    "algorithms.distributions": "algorithms.nn.distributions",
    "algorithms.global_state": "algorithms.nn.global_state",
    "algorithms.ppo_settings": "algorithms.ppo.config",
    "algorithms.surrogates": "algorithms.ppo.objectives",
    "algorithms.ppo_loss": "algorithms.ppo.objectives",
    "algorithms.actor_critic": "algorithms.ppo.networks",
    "algorithms.central_critic": "algorithms.ppo.central_critic",
    "algorithms.ippo": "algorithms.ppo.ippo",
    "algorithms.dpo": "algorithms.ppo.dpo",
    "algorithms.mappo": "algorithms.ppo.mappo",
    "algorithms.q_network": "algorithms.q_learning.network",
    "algorithms.action_values": "algorithms.q_learning.discrete_actions",
    "algorithms.replay": "algorithms.q_learning.replay",
    "algorithms.mixers": "algorithms.q_learning.mixers",
    "algorithms.value_decomposition": "algorithms.q_learning.value_decomposition",
    "algorithms.cnm": "algorithms.norms.cnm",
    "training.buffer": "training.rollout_buffer",
    "training.episodes": "training.episode_stats",
    "training.settings": "training.config",
    "training.policy": "training.trained_policy",
    "training.forms": "training.agent_rows",
    "training.fewer": "training.agent_subset",
    "training.intervals": "training.confidence_intervals",
    "training.faults": "training.nonfinite",
    "training.memory": "training.system",
    "training.run": "training.runs.run",
    "training.checkpoint": "training.runs.checkpoint",
    "training.session": "training.sessions.opening",
    "training.restore": "training.runs.restore",
    "training.lock": "training.runs.lock",
    "training.logs": "training.runs.logs",
    "training.kept": "training.runs.run_files",
    "training.longer": "training.sessions.extension",
    "training.storage": "training.runs.storage",
    "training.provenance": "training.runs.provenance",
    "training.signals": "training.runs.stop_signals",
    "training.plugins": "training.trust.plugins",
    "training.other_process": "training.runs.process_digest",
    "options": "cli.options",
    "arguments": "cli.extra_options",
    "given": "cli.given_code",
    "hints": "cli.hints",
    "failures": "cli.failures",
    "warned": "cli.warnings",
    "console": "cli.console",
    "progress": "cli.progress",
    "compiling": "cli.compilation",
    "outputs": "cli.output_paths",
    "outcomes": "analysis.outcome_files",
    "courses": "plotting.learning_curves",
    "chart": "plotting.line_chart",
    "heatmap": "plotting.heatmap",
    "simplex": "plotting.ternary",
    "diagram": "analysis.schelling",
    "sanctioning": "analysis.sanction_counts",
}
"""Old paths and new ones, without `stigmergy.` before them."""


class MovedModule(Loader):
    """Loads the alias of a module: every name is looked up in the module at the new path."""

    def __init__(self, new: str):
        self.new = new

    def exec_module(self, module: ModuleType) -> None:
        """Warn, and give the alias the names of the module at the new path."""
        warnings.warn(
            f"{module.__name__} is now {self.new}; the old path goes with the next release",
            FutureWarning,
            stacklevel=2,
        )
        vars(module)["__getattr__"] = partial(getattr, importlib.import_module(self.new))


class MovedFinder(MetaPathFinder):
    """Finds modules by their old paths, after all other finders."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the paths in MOVED. An alias counts as a package: some had modules inside."""
        new = MOVED.get(fullname.removeprefix(f"{PACKAGE}."))
        if new is None:
            return None
        return ModuleSpec(fullname, MovedModule(f"{PACKAGE}.{new}"), is_package=True)


if not any(isinstance(finder, MovedFinder) for finder in sys.meta_path):
    sys.meta_path.append(MovedFinder())
