"""`./cxb`: the command line."""

import sys

from launcher.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
