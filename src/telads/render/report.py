"""The report: one HTML file with the answers and pictures of a build, for mail or an archive.

It loads nothing from the network and runs no script.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from telads.answers.advertisers import platforms, targets
from telads.answers.answer import Answer
from telads.answers.choices import segment_of, service_of
from telads.answers.customers import services, signals
from telads.answers.fields import Field
from telads.answers.pictures import Asked, picture
from telads.answers.questions import field_of
from telads.dataset import in_force
from telads.errors import AudienceTooSmall
from telads.model import Segment, Sex
from telads.render.svg import drawn
from telads.render.svg.city import outlines_svg
from telads.render.svg.theme import SITE, stylesheet
from telads.store.files import write_text
from telads.store.workspace import Build, Store
from telads.text import Lang, Text
from telads.version import __version__
from telads.wording import in_sentence, observed, segment_name

if TYPE_CHECKING:
    import jinja2

TARGETS = 10
OF_THE_CITY = ("population", "choropleth", "monthly", "correlation")
"""Pictures at the end of the report."""


LEFT_OUT = frozenset({
    "index_low", "index_high", "index_next_low", "index_next_high", "index_ahead_low",
    "index_ahead_high", "change_city", "change_local",
})  # fmt: skip
"""Columns of services that do not fit a page."""


class Section(NamedTuple):
    """A question of the report with its answer and picture."""

    title: str
    answer: Answer
    columns: list[Field]
    figure: Figure | None = None


class Figure(NamedTuple):
    """A picture with its heading."""

    title: str
    subtitle: str
    wide: str
    narrow: str


def write_report(
    workspace: Store, path: Path, lang: Lang, district: str, sex: str, age: str, service: str
) -> None:
    """Write the report about one group of people and one service, in one language."""
    build = workspace.build()
    window = observed(build.months[-1].window, lang)
    page = template("report.html.j2").render(
        lang=lang,
        say=lambda ko, en: in_force().fill(Text(ko, en))(lang),
        source=in_force().source,
        build=build,
        version=__version__,
        month=build.months[-1],
        window=window,
        sections=_sections(build, lang, district, sex, age, service),
        figures=_figures(build, lang),
        outlines=outlines_svg(),
        colours=stylesheet(),
    )
    write_text(path, page, export=True)


def _sections(
    build: Build, lang: Lang, district: str, sex: str, age: str, service: str
) -> list[Section]:
    """The three questions and the group's mobility signals, without those that have no answer.

    There are no targets if the service is unknown for every segment, and some files hold no
    mobility.
    """
    group = segment_of(build, district, sex, age)
    sections = [_services_section(build, lang, group)]
    month = build.months[-1]
    best = targets(build, service_of(build, service).id, "affinity", TARGETS, month, platforms=True)
    if not best.rows.is_empty():
        first = best.rows.row(0, named=True)
        target = Segment(first["district"], Sex(first["sex"]), first["age"])
        sections.append(_targets_section(build, lang, best, service))
        sections += _places_sections(build, lang, service)
        sections.append(_platforms_section(build, lang, target, service))
    with suppress(AudienceTooSmall):
        whom = _group(group)
        title = Text(f"{whom.ko}의 이동과 생활", f"How {whom.en} move and live")
        sections.append(_section(lang, title, signals(build, *group, month)))
    return sections


def _services_section(build: Build, lang: Lang, group: Segment) -> Section:
    whom = _group(group)
    title = Text(f"{whom.ko}에게는 어떤 서비스를 광고할까요?", f"What to advertise to {whom.en}")
    drawn = _figure(build, "ranking", lang, Asked(None, *group))
    return _section(lang, title, services(build, *group, build.months[-1]), drawn)


def _targets_section(build: Build, lang: Lang, best: Answer, service: str) -> Section:
    name = service_of(build, service).text
    title = Text(
        f"{name.ko} 광고는 누구에게 할까요?",
        f"Recommended groups for {in_sentence(name.en)}",
    )
    drawn = _figure(build, "targets", lang, Asked(service=service, top=TARGETS))
    return _section(lang, title, best, drawn)


def _places_sections(build: Build, lang: Lang, service: str) -> list[Section]:
    """The neighbourhoods that use a service most, everybody of each; none if none is shown."""
    asked, month = service_of(build, service), build.months[-1]
    best = targets(build, asked.id, "affinity", TARGETS, month, level="neighbourhood")
    if best.rows.is_empty():
        return []
    title = in_force().fill(Text(
        f"{asked.text.ko} 광고는 어느 {{neighbourhood}}에 할까요?",
        f"In which {{neighbourhoods}} to advertise {in_sentence(asked.text.en)}",
    ))  # fmt: skip
    drawn = _figure(build, "neighbourhoods", lang, Asked(service=service))
    return [_section(lang, title, best, drawn)]


def _platforms_section(build: Build, lang: Lang, target: Segment, service: str) -> Section:
    name, where = service_of(build, service).text, _group(target)
    title = Text(
        f"{where.ko}에게 {name.ko} 광고는 어디에 할까요?",
        f"Platforms for {in_sentence(name.en)} and {where.en}",
    )
    drawn = _figure(build, "ranking", lang, Asked(None, *target, service=service))
    return _section(
        lang,
        title,
        platforms(build, service_of(build, service).id, *target, build.months[-1]),
        drawn,
    )


def _section(lang: Lang, title: Text, answer: Answer, figure: Figure | None = None) -> Section:
    return Section(title(lang), answer, _columns(answer), figure)


def _figures(build: Build, lang: Lang) -> list[Figure]:
    """Pictures of the city."""
    return [_figure(build, chart, lang, Asked()) for chart in OF_THE_CITY]


def _figure(build: Build, chart: str, lang: Lang, asked: Asked) -> Figure:
    """A picture in both layouts, wide and narrow; the page's style shows the one that fits."""
    shown = picture(build, chart, asked, lang)
    wide, narrow = drawn(shown), drawn(shown, narrow=True)
    return Figure(wide.finding, wide.details, wide.paint(SITE), narrow.paint(SITE))


def _columns(answer: Answer) -> list[Field]:
    shown = (name for name in answer.columns if name not in LEFT_OUT)
    known = (field_of(answer.question, name) for name in shown)
    return [column for column in known if column]


def _group(segment: Segment) -> Text:
    return Text(segment_name(*segment, "ko"), segment_name(*segment, "en"))


@cache
def template(name: str) -> jinja2.Template:
    """A template of the package."""
    import jinja2

    loader = jinja2.PackageLoader("telads", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)
