"""What was typed into a plan's form, kept while its audience is chosen on another page.

In the session: a draft is somebody's own, and ends with it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from telads.web.plans.typed import LONGEST_RULES, PlatformRow, Typed

PLACE = "plan_drafts"
MOST = 5
"""Plans one can be in the midst of."""
LONGEST = 200


def keep(request: HttpRequest, which: str, typed: Typed, after: str) -> None:
    """Keep a form; `which` is `new` or the plan's number, `after` the version it began from."""
    drafts: dict[str, Any] = request.session.get(PLACE, {})
    drafts.pop(which, None)
    rows = [[text[:LONGEST] for text in row] for row in typed.platforms]
    texts = {
        name: value[:LONGEST] for name, value in typed._asdict().items() if name != "platforms"
    }
    rules = typed.rules[: LONGEST_RULES + 1]  # longer ones are refused, but stay to be corrected
    drafts[which] = {**texts, "rules": rules, "platforms": rows, "after": after}
    request.session[PLACE] = dict(list(drafts.items())[-MOST:])


def take_up(request: HttpRequest, which: str) -> tuple[Typed, str] | None:
    """The form that was kept, and the version it began from."""
    found = request.session.get(PLACE, {}).get(which)
    if found is None:
        return None
    known = {name: found[name] for name in Typed._fields if name in found}
    rows = tuple(PlatformRow(*row) for row in found["platforms"])
    return Typed(**{**known, "platforms": rows}), found["after"]


def drop(request: HttpRequest, which: str) -> None:
    """Forget it: the plan is saved."""
    drafts = request.session.get(PLACE, {})
    if drafts.pop(which, None) is not None:
        request.session[PLACE] = drafts
