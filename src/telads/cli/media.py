"""The verbs `media`: the media catalogue that plans and campaigns take prices from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from telads.cli.listing import show_list
from telads.cli.options import (
    DEFAULT_LANGUAGE,
    Form,
    FormOption,
    LangOption,
    WorkspaceOption,
    say,
    workspace_of,
)
from telads.cli.registry import listed
from telads.cli.show import show_done
from telads.text import Lang, Text

if TYPE_CHECKING:
    from telads.web.media import commands

media = typer.Typer(**listed("media"))


@media.callback()
def _whole(lang: LangOption = DEFAULT_LANGUAGE) -> None:
    """The language was read before (`options.LANG`); the help of all verbs takes it."""


NameArgument = Annotated[str, typer.Argument(help=say("매체 이름", "the medium's name"))]


@media.command("list", help=say(
    "매체와 CPM을 모두 봅니다. 추가한 매체가 없으면 예시 셋을 보여 줍니다.",
    "List all media with their CPM; three examples while none was added."))  # fmt: skip
def list_media(
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """List media by name."""
    from telads.web.media import commands

    found = commands.listed(workspace_of(workspace).path, lang.value)
    show_list("media list", found, lambda entry: _told(entry, lang.value), form)


@media.command(help=say("매체를 추가합니다. 같은 이름이 있으면 그 매체를 바꿉니다.",
                        "Add a medium, or change the one of this name."))  # fmt: skip
def add(
    name: NameArgument,
    service: Annotated[str, typer.Option(help=say(
        "이 매체와 가장 가까운 서비스(매체 유형)",
        "the service the medium is closest to: its platform type"))],
    price: Annotated[str, typer.Option(help=say(
        "CPM: 노출 1,000회당 단가(4,500이나 1만 2천처럼)",
        "CPM: the price of 1,000 impressions, as 4,500"))],
    minimum: Annotated[str, typer.Option(help=say("최소 집행액", "the minimum spend"))] = "",
    maximum: Annotated[str, typer.Option(help=say("최대 집행액", "the maximum spend"))] = "",
    ceiling: Annotated[str, typer.Option(help=say(
        "도달 상한: 매체로 도달할 수 있는 사람의 비율(80%처럼)",
        "ceiling of reach: the share of people it can reach, as 80%"))] = "",
    date: Annotated[str, typer.Option(help=say(
        "단가 기준일(2023-09-01처럼). 적지 않으면 오늘",
        "the day the price is of, as 2023-09-01; by default today"))] = "",
    note: Annotated[str, typer.Option(help=say("메모", "a note"))] = "",
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:  # fmt: skip
    """Amounts are read as on the website."""
    from telads.web.media import commands

    typed = commands.Typed(service, price, minimum, maximum, ceiling, date, note)
    new = commands.put(workspace_of(workspace).path, name, typed)
    name = name.strip()
    done = Text(f"추가했습니다: {name}", f"added: {name}") if new else Text(
        f"바꿨습니다: {name}", f"changed: {name}")  # fmt: skip
    _tell("add", name, done, form, lang.value)


@media.command(help=say("매체를 지웁니다. 저장한 계획은 그대로입니다.",
                        "Remove a medium; saved plans keep it."))  # fmt: skip
def remove(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    form: FormOption = Form.TABLE,
    lang: LangOption = DEFAULT_LANGUAGE,
) -> None:
    """Plans hold names and prices in themselves."""
    from telads.web.media import commands

    commands.remove(workspace_of(workspace).path, name)
    name = name.strip()
    _tell("remove", name, Text(f"지웠습니다: {name}", f"removed: {name}"), form, lang.value)


def _tell(verb: str, name: str, done: Text, form: Form, lang: Lang) -> None:
    if form is Form.TABLE:
        sys.stdout.write(f"{done(lang)}\n")
    else:
        show_done(f"media {verb}", [{"name": name}], form)


def _told(entry: commands.Entry, lang: Lang) -> list[str]:
    """The texts of a medium in the list."""
    from telads.dataset import in_force
    from telads.planning.brief import money

    measure = in_force().measures.get(entry.service)
    service = measure.text(lang) if measure else entry.service
    told = [f"{entry.name} ({service})", f"CPM {money(entry.price)(lang)}"]
    if entry.minimum:
        told.append(Text("최소", "minimum")(lang) + f" {money(entry.minimum)(lang)}")
    if entry.cap is not None:
        told.append(Text("최대", "maximum")(lang) + f" {money(entry.cap)(lang)}")
    if entry.ceiling is not None:
        told.append(Text("도달 상한", "ceiling")(lang) + f" {100 * entry.ceiling:g}%")
    if entry.priced:
        told.append(entry.priced)
    return [*told, entry.note] if entry.note else told
