"""``python -m solidata``."""

import sys

from solidata.cli import main

sys.exit(main())
