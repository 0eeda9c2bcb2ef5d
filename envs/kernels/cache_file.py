"""Files of compiled kernels, one for each version of a kernel.

Numba numbers the versions of a kernel and keeps the numbers in an index. Two processes that compile
two versions at the same time can both take the same number. A later process then runs the code of
one version with the arguments of the other, which ends in a segmentation fault. Here the name of a
file is a digest of its key, and the key stands in the file, so that there is no index to share.
"""

import hashlib
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba import types
from numba.core.caching import FunctionCache, IndexDataCacheFile


class KernelFiles(IndexDataCacheFile):
    """Files of the versions of one kernel. A key holds the argument types and the processor."""

    def __init__(self, cache_path: str, filename_base: str, source_stamp: Any):
        super().__init__(cache_path, filename_base, source_stamp)
        self._base = filename_base

    def flush(self) -> None:
        """Remove the files of all versions."""
        for path in Path(self._cache_path).glob(f"{self._base}.*.nbc"):
            path.unlink(missing_ok=True)

    def save(self, key: Any, data: Any) -> None:
        """Write the version of a key, whole or not at all."""
        with self._open_for_write(str(self._path(key))) as file:
            pickle.dump((self._version, self._source_stamp), file)
            file.write(self._dump((key, data)))

    def load(self, key: Any) -> Any:
        """Read the version of a key; None if there is none, or one of other sources."""
        with suppress(FileNotFoundError), self._path(key).open("rb") as file:
            if pickle.load(file) == (self._version, self._source_stamp):
                written, data = pickle.load(file)
                return data if written == key else None
        return None

    def _path(self, key: Any) -> Path:
        return Path(self._cache_path) / f"{self._base}.{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}.nbc"


class KernelCache(FunctionCache):
    """Cache of the versions of one kernel on disk."""

    def __init__(self, py_func: Any):
        super().__init__(py_func)
        locator = self._impl.locator
        self._cache_file = KernelFiles(self._cache_path, self._impl.filename_base, locator.get_source_stamp())

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        """Numba's key, and the names of fields: its name for the type of a NamedTuple has none.

        A kernel whose file does not import the class would otherwise be loaded after two fields of
        one type have changed places.
        """
        return (*super()._index_key(sig, codegen), tuple(fields_of(argument) for argument in sig))


def fields_of(type_: types.Type) -> tuple[Any, ...]:
    """Names of the fields of a NamedTuple, and of those inside a tuple, such as `*arguments`."""
    if not isinstance(type_, types.BaseTuple):
        return ()
    own = type_.fields if isinstance(type_, (types.NamedTuple, types.NamedUniTuple)) else ()
    parts: Any = type_
    return (*own, *(inner for part in parts if (inner := fields_of(part))))
