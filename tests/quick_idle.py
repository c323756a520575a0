"""The command, but a house locks itself after so many seconds (the first argument) without anybody."""

import sys
from functools import partial

from undersong import cli
from undersong.server import app
from undersong.server.home import Home

app.Home = partial(Home, idle=float(sys.argv.pop(1)))  # type: ignore[misc,assignment]  # its only caller

if __name__ == "__main__":
    cli.main()
