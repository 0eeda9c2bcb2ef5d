"""`python -m stigmergy` is the command line."""

import sys

from stigmergy.cli import main

sys.exit(main())
