"""What the command line changes of data: recorded in the log of actions, or given to the worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from telads.errors import WorkspaceError
from telads.web.setup import WAIT_SECONDS, make_ready


def written_down(workspace: Path, action: str, thing: str, detail: str) -> bool:
    """Record an action of `ACTIONS`; False if the database refuses.

    The action is already done, so a failure is not an error.
    """
    from django.db import DatabaseError

    try:
        make_ready(workspace)
        from telads.web.accounts.audit import COMMAND_LINE, record

        record(COMMAND_LINE, action, thing, detail)
    except (DatabaseError, WorkspaceError):
        return False
    return True


def hand_over(workspace: Path, files: Iterable[Path], by: str) -> int:
    """Give copies of files to the website's worker as a job; returns its number.

    Raises `WorkspaceError` if they cannot be copied, `DatabaseAway`.
    """
    make_ready(workspace, WAIT_SECONDS)
    from telads.ingest.archives import harmless, not_written
    from telads.store.files import make_folder, new_file
    from telads.web.accounts.audit import COMMAND_LINE
    from telads.web.jobs.queue import requested
    from telads.web.jobs.uploads import new_folder, remove

    folder = new_folder(workspace)
    try:
        for number, path in enumerate(files, 1):
            copy = folder / f"{number:03d}" / harmless(path.name)
            try:
                make_folder(copy.parent)
                with path.open("rb") as source, new_file(copy) as target:
                    shutil.copyfileobj(source, target)
            except OSError as error:
                raise not_written(copy, error) from error
        return requested(COMMAND_LINE, by, folder).pk
    except BaseException:
        remove(folder)
        raise


def announced(workspace: Path) -> bool:
    """Let the worker tell users of a build in force who asked for notices.

    False if the database refuses; the build is already made, so that is not an error.
    """
    from django.db import DatabaseError

    try:
        make_ready(workspace)
        from telads.web.notices.queue import announce

        announce()
    except (DatabaseError, WorkspaceError):
        return False
    return True
