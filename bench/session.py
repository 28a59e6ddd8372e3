"""A session of somebody who is signed in: `python -m bench.session WORKSPACE` prints its cookie."""

from __future__ import annotations

import sys
from pathlib import Path

from telads.web.setup import make_ready


def main() -> None:
    """Sign a planner of this name in, who is added if there is none yet."""
    make_ready(Path(sys.argv[1]))
    from django.conf import settings
    from django.contrib.auth.models import Group, User
    from django.test import Client

    planner, _ = User.objects.get_or_create(username="bench")
    Group.objects.get(name="planner").user_set.add(planner)
    client = Client()
    client.force_login(planner, "django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    print(f"{name}={client.cookies[name].value}")


if __name__ == "__main__":
    main()
