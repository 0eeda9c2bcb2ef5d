"""Our tasks in PettingZoo's own registry, so that `pettingzoo.make("parallel", id)` finds them."""

import pettingzoo


def register_with_pettingzoo(id: str, module: str) -> None:
    """Register `module`'s `parallel_env` and `env` under `id`, as strings that are imported when needed."""
    if not hasattr(pettingzoo, "register"):  # PettingZoo has a registry since 1.27
        return
    pettingzoo.register("parallel", id, f"{module}:parallel_env")
    pettingzoo.register("aec", id, f"{module}:env")
