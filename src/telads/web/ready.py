"""Django made ready outside any website: for verbs of the command line.

The workspace's own settings hold, and tables are made where they are missing: a key or a user can
be made before the website was ever started.
"""

from __future__ import annotations

import os
from pathlib import Path


def make_ready(workspace: Path) -> None:
    """Set Django up on a workspace and bring its database up to date."""
    os.environ["TELADS_WORKSPACE"] = str(workspace)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telads.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
