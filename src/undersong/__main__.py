"""``python -m undersong``: the command, also where it is not on the path."""

from undersong.cli import main

if __name__ == "__main__":
    main()
