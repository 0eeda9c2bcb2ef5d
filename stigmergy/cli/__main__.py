"""Entry point of `python -m stigmergy.cli`, the same as `stigmergy`."""

import sys

from stigmergy.cli import main

if __name__ == "__main__":
    sys.exit(main())
