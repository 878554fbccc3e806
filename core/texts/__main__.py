"""`python -m core.texts`."""

import sys

from core.texts.commands import main

sys.exit(main(sys.argv[1:]))
