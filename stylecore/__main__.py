"""`python -m stylecore`: the command line."""

import sys

from stylecore.cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
