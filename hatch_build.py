"""The build hook: the page is built before a wheel or an sdist is made, never on an editable install.

Where the sources of the page are missing, the built page must be there already; where they are unchanged
since it was built, as in an sdist, nothing is run and Node is not needed.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface[Any]):
    """Builds web/ into src/undersong/server/static."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before anything is packed."""
        script = Path(self.root) / "web" / "build.py"
        if version == "editable" or not script.is_file():
            return
        builder = runpy.run_path(str(script))
        try:
            builder["build"]()
        except builder["NotBuilt"] as error:
            self.app.abort(str(error))
