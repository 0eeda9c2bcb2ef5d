"""Record the golden fingerprints of registered environments.

`python -m tests.record_fingerprints` adds missing ones. An existing fingerprint changes only with
`--force`, which is right only for an id that has not been released.
"""

import json
import sys
from pathlib import Path

from stigmergy.envs.registration.make import config_class
from stigmergy.envs.registration.registry import environments
from stigmergy.envs.tools.fingerprint import fingerprint

GOLDEN = Path(__file__).parent / "golden" / "fingerprints.json"


def read_golden() -> dict[str, str]:
    """The recorded fingerprints by id."""
    return json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}


def measure(id: str) -> str:
    """The fingerprint of an environment with its default parameters."""
    parameters = config_class(id)
    return fingerprint(id, parameters() if parameters else None)


def main() -> None:
    """Write what is missing, or everything."""
    golden = read_golden()
    for registration in environments:
        if registration.name not in golden or "--force" in sys.argv:
            golden[registration.name] = measure(registration.name)
            print(f"{registration.name}  {golden[registration.name][:12]}")
    GOLDEN.write_text(json.dumps(golden, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
