"""The media catalogue: what it holds, and how that is changed; each change is logged.

Until a workspace has media of its own, the catalogue shows three examples, made from the dataset.
They are not stored: no backup holds them, and the first medium that is added takes their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone

from telads.dataset import in_force
from telads.errors import QuestionError, UnknownChoice
from telads.planning.brief import Offer, read_offer
from telads.text import LANGUAGES, Lang, Text
from telads.web.accounts.audit import one_action, record
from telads.web.accounts.roles import Role, allows
from telads.web.media.models import LONGEST_NOTE, Medium
from telads.web.pages.campaign.forms import Platform, examples_for
from telads.wording import EXAMPLE

EXAMPLE_NOTE = Text("예시 CPM입니다. 실제 단가로 바꿔 주세요.",
                    "An example price: put your own in its place.")  # fmt: skip


def stored() -> list[Medium]:
    """The workspace's own media, by name."""
    return list(Medium.objects.all())


def catalogue(lang: Lang) -> list[Medium]:
    """The workspace's media by name, or while there are none the examples."""
    return stored() or examples(lang)


def offered(user: AbstractBaseUser | AnonymousUser) -> dict[str, Platform]:
    """The workspace's own media as platforms of a campaign; none but for planners."""
    if not allows(user, Role.PLANNER):
        return {}
    known = in_force().service_ids
    platforms = [
        Platform(one.service, one.price, one.ceiling, one.name, one.minimum, one.cap)
        for one in stored() if one.service in known
    ]  # fmt: skip
    return {one.value: one for one in platforms}


def fillings(lang: Lang) -> dict[str, dict[str, str]]:
    """The catalogue as fields of a row of a plan's form, by name."""
    known = in_force().service_ids
    return {
        medium.name: {
            "service": medium.service,
            "name": medium.name,
            "price": f"{medium.price:,}",
            "minimum": f"{medium.minimum:,}" if medium.minimum else "",
            "cap": "" if medium.cap is None else f"{medium.cap:,}",
            "ceiling": "" if medium.ceiling is None else f"{100 * medium.ceiling:.10g}%",
        }
        for medium in catalogue(lang) if medium.service in known
    }  # fmt: skip


def examples(lang: Lang) -> list[Medium]:
    """Three media at example prices, one for each of the dataset's example platforms."""
    return [
        Medium(
            name=example_name(one.service)(lang), service=one.service, price=one.price,
            ceiling=one.ceiling, note=EXAMPLE_NOTE(lang),
        )
        for one in examples_for("")
    ]  # fmt: skip


def example_name(service: str) -> Text:
    """The name of an example: `쇼핑 (예시)`."""
    named = in_force().measures[service].text
    return Text(f"{named.ko} ({EXAMPLE.ko})", f"{named.en} ({EXAMPLE.en})")


def put(
    who: HttpRequest | str, document: Mapping[str, Any], priced: date | None, note: str,
    former: Medium | None = None, seen: str | None = None,
) -> Medium:  # fmt: skip
    """Add a medium, or change `former`; raises `QuestionError` that names the field.

    The document has the fields of a platform in a brief: name, service, price, minimum, cap,
    ceiling; `priced` is by default today. `seen` is the `state` of `former` that the change was
    made from: if it is another one by now, somebody else has changed it, and nothing is saved, as
    with an empty one. None is for a change that was made from no state, as on the command line.
    """
    offer = read_offer(dict(document), "")
    text = " ".join(note.split())
    _refuse_example(offer)
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise QuestionError(
            Text("메모가 너무 길거나 쓸 수 없는 글자가 있습니다.",
                 "The note is too long or has characters that cannot be shown."),
            Text(f"{LONGEST_NOTE}자 이내로 적어 주세요.", f"Use up to {LONGEST_NOTE} characters."),
            rule="note", value=note[:40],
        )  # fmt: skip
    medium = former or Medium()
    medium.name, medium.service, medium.price = offer.name, offer.service, int(offer.price)
    medium.minimum, medium.cap, medium.ceiling = offer.minimum, offer.cap, offer.ceiling
    medium.priced, medium.note = priced or timezone.localdate(), text
    try:
        with one_action():
            if former and seen is not None:
                _refuse_stale(former, seen)
            medium.save()
            record(who, "medium-change" if former else "medium-create", medium,
                   f"{medium.price} {medium.name}")  # fmt: skip
    except IntegrityError:
        raise QuestionError(
            Text("같은 이름의 매체가 이미 있습니다.", "There is a medium of this name already."),
            Text("다른 이름을 적거나 그 매체를 고쳐 주세요.",
                 "Use another name, or change that medium."),
            rule="name", value=offer.name,
        ) from None  # fmt: skip
    return medium


def state(medium: Medium) -> str:
    """What tells one state of a medium from another."""
    fields = [str(getattr(medium, field.attname)) for field in medium._meta.concrete_fields]
    return blake2b("\0".join(fields).encode(), digest_size=8).hexdigest()


def _refuse_stale(former: Medium, seen: str) -> None:
    """Refuse a change made from a state that is no longer the medium's; under the lock."""
    now = Medium.objects.filter(pk=former.pk).first()
    advice = Text("매체를 다시 열어 고친 뒤 저장해 주세요.",
                  "Open the medium again, and make your changes there.")  # fmt: skip
    if now is None:
        raise QuestionError(
            Text("그사이 이 매체가 삭제되었습니다.", "This medium was removed in the meantime."),
            Text("필요하면 새 매체로 추가해 주세요.", "Add it again if you need it."),
        )
    if not seen:
        raise QuestionError(
            Text(
                "어느 상태의 매체를 고친 것인지 알 수 없습니다(seen이 없습니다).",
                "It is not said which state of the medium was changed (seen is missing).",
            ),
            advice,
        )
    if state(now) != seen:
        raise QuestionError(
            Text(f"그사이 다른 사람이 이 매체를 고쳤습니다(지금 CPM {now.price:,}).",
                 f"Somebody else changed this medium in the meantime (CPM now {now.price:,})."),
            advice,
        )  # fmt: skip


def _refuse_example(offer: Offer) -> None:
    """An example's name would mark an own price as an example."""
    if any(offer.name == example_name(offer.service)(lang) for lang in LANGUAGES):
        raise QuestionError(
            Text("예시의 이름입니다.", "This is the name of an example."),
            Text("실제로 집행하는 매체의 이름을 적어 주세요.",
                 "Write the name of the medium that you book."),
            rule="name", value=offer.name,
        )  # fmt: skip


def named(name: str) -> Medium:
    """The medium of a name; raises `UnknownChoice`."""
    found = None if "\0" in name else Medium.objects.filter(name=name.strip()).first()
    if found is None:
        known = ", ".join(medium.name for medium in stored())
        raise UnknownChoice(
            Text("이 이름의 매체가 없습니다.", "There is no medium of this name."),
            Text(f"있는 매체: {known}." if known else "아직 추가한 매체가 없습니다.",
                 f"Media: {known}." if known else "No medium has been added yet."),
            value=name,
        )  # fmt: skip
    return found


def remove(who: HttpRequest | str, medium: Medium) -> None:
    """Remove a medium. Saved plans have its name and price in themselves."""
    with one_action():
        record(who, "medium-delete", medium, medium.name)
        medium.delete()
