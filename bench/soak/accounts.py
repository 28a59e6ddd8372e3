"""Accounts for simulated planners: `python -m bench.soak.accounts WORKSPACE COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from telads.web.setup import make_ready

PASSWORD = "a long enough phrase"


def main() -> None:
    """Make planner0, planner1 ... with one password: hashing it for each would take minutes."""
    make_ready(Path(sys.argv[1]))
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group, User

    digest = make_password(PASSWORD)
    made = User.objects.bulk_create(
        User(username=f"planner{number}", password=digest) for number in range(int(sys.argv[2]))
    )
    Group.objects.get(name="planner").user_set.add(*made)


if __name__ == "__main__":
    main()
