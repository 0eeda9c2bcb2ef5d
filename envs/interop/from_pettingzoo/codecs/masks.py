"""Action masks, beside the observation in a Dict or in the infos, in any step."""

from collections.abc import Mapping
from typing import Any

from gymnasium import spaces
from numpy.typing import NDArray

from .observations import ObservationCodec
from .values import Unfit, short

MASK = "action_mask"


class MaskedObservation:
    """The codec of an observation that may have the mask beside it, in a Dict under `action_mask`.

    What else the Dict holds is the observation: the part `observation` alone, or all parts
    together.
    """

    def __init__(self, declared: spaces.Space, whose: str):
        self.declared = declared
        self.in_dict = isinstance(declared, spaces.Dict) and MASK in declared.spaces and len(declared.spaces) > 1
        self._rest: list[str] = []
        inner = declared
        if self.in_dict:
            assert isinstance(declared, spaces.Dict)
            self._rest = [key for key in declared.spaces if key != MASK]
            inner = (
                declared["observation"]
                if self._rest == ["observation"]
                else spaces.Dict({key: declared[key] for key in self._rest})
            )
        self._alone = self._rest == ["observation"]
        self.box = ObservationCodec(inner, whose)

    def inner(self, observation: Any) -> Any:
        """The observation without its mask. Raises Unfit."""
        if not self.in_dict:
            return observation
        if not isinstance(observation, Mapping):
            raise Unfit(f"is {short(observation)}, not a dict with {', '.join([*self._rest, MASK])}")
        for key in (MASK, *self._rest):
            if key not in observation:
                raise Unfit(f"lacks the key '{key}'")
        return (
            observation["observation"]
            if self._alone
            else {key: part for key, part in observation.items() if key != MASK}
        )

    def write(self, observation: Any, row: NDArray[Any]) -> None:
        """Write the observation into a row. Raises Unfit."""
        self.box.write(self.inner(observation) if self.in_dict else observation, row)

    def mask(self, observation: Any, info: Mapping[Any, Any]) -> Any:
        """The mask as it came, or None."""
        return observation[MASK] if self.in_dict else info.get(MASK)
