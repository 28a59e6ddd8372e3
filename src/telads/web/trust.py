"""Figures that explain themselves: each is a button that opens a card (`answers.trust`).

A card is a popover: a click, Enter or a touch opens it, without a script. A field whose rows have
their own sentence, interval or grade has a card for each row; the figures of any other field share
one, which the keyboard meets in the first row. Cards stand beside the figure that opens them, and
on a phone at the lower edge of the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from telads.answers.answer import Answer
from telads.answers.fields import UNKNOWN, Field
from telads.answers.questions import declared
from telads.answers.sentences import target_name
from telads.answers.trust import GRADES, Grade, Judged, evaluated, record_text
from telads.dataset import in_force
from telads.model import Month
from telads.store.workspace import Build
from telads.text import Lang, Text
from telads.web.addresses import address
from telads.web.components import service_class
from telads.web.filters import between, hero
from telads.web.formatting import MINUS, figure_text
from telads.wording import observed, people, people_exact, sentence_case

CITY_AVERAGE = Text("{city} 평균", "{city} average")
OUT_OF_TEN = Text("열 번 중 여덟 번", "eight times in ten")
_LABELS = {
    "exact": Text("수치", "Figure"),
    "grade": Text("확실도", "How sure"),
    "record": Text("지난 성적", "Right so far"),
    "source": Text("출처", "Data from"),
    "statistics": Text("통계로 보기", "As statistics"),
    "copy": Text("문장 복사", "Copy"),
    "copied": Text("복사했습니다", "Copied"),
    "method": Text("계산 방법", "Method"),
    "synthetic": Text("합성 데이터", "synthetic data"),
}
_EXPERIMENT = "experiment_"
"""Beginning of questions whose figures are of the user's own outcome, but for those of the city."""
_OF_THE_CITY = frozenset({"population", "affinity"})
_OF_THE_USER = Text("실험의 설계와 결과 파일", "the experiment's design and outcome")
_STATISTICS = ("affinity", "index", "usage", "association", "se", "z_city", "z_peers")
"""Figures of a row that its card gives under the fold."""
_BARS: Mapping[Grade, int] = {"low": 1, "medium": 2, "high": 3}


class Trusted:
    """The figures of one table of a page, as buttons that open their cards."""

    def __init__(self, answer: Answer, lang: Lang, build: Build | None, name: str = "") -> None:
        self._answer, self._lang = answer, lang
        self._known = evaluated(build) if build else {}
        self._name = name or answer.question
        self._own: dict[tuple[int, Text], tuple[str, str]] = {}
        self._shared: dict[str, Field] = {}
        self._hero = ""

    def figure(self, row: Mapping[str, Any], key: str, text: str) -> SafeString:
        """A figure of a row as a button; an unknown one stays as it is."""
        field = declared(self._answer.question, key)
        if field is None or text in {"", UNKNOWN}:
            return mark_safe(escape(text))
        trust = field.trust
        if not (trust.says or trust.judge):
            return self.column(key, text)
        own = {**{"service": self._answer.parameters.get("service")}, **row}
        says = trust.says(own) if trust.says else None
        if says is None:
            return self.column(key, text)
        of = (id(row), says)  # two figures of a row that say the same share its card
        if of not in self._own:
            name = f"trust-{self._name}-{len(self._own) + 1}"
            judged = trust.judge(own) if trust.judge else None
            self._own[of] = (name, self._card(name, field, says, judged or trust.sure, own))
        return _button(self._own[of][0], escape(text))

    def hero(self, row: Mapping[str, Any], key: str, text: str = "") -> SafeString:
        """A number of people in rounded words; its card has it as published.

        `text` is what opens the card where the words stand beside it.
        """
        field = declared(self._answer.question, key)
        if field is None or row[key] is None:
            return mark_safe(UNKNOWN)
        says = field.trust.says(dict(row)) if field.trust.says else None
        exact = people_exact(row[key], self._lang)
        name = f"trust-{self._name}-hero"
        self._hero = self._card(name, field, says, field.trust.sure, row if says else {}, exact)
        return _button(name, escape(text) if text else hero(row[key], self._lang))

    def shown(self, row: Mapping[str, Any], key: str) -> SafeString:
        """The card of a row's figure as a part of the page, open."""
        self.figure(row, key, str(row[key]))
        (name, card), *_ = self._own.values()
        return mark_safe(card.replace(f' id="{name}" popover>', ">", 1))

    def column(self, key: str, text: str) -> SafeString:
        """A figure as a button that opens the card of its column (`cards`)."""
        field = declared(self._answer.question, key)
        if field is None or not field.title or text in {"", UNKNOWN}:
            return mark_safe(escape(text))
        first = key not in self._shared
        self._shared[key] = field
        return _button(self._column_id(key), escape(text), met=first)

    @property
    def cards(self) -> SafeString:
        """The cards of the figures that were shown; once, after the table."""
        shared = (
            self._card(self._column_id(key), field, None, field.trust.sure, {})
            for key, field in self._shared.items()
        )
        return mark_safe("".join([self._hero, *(card for _, card in self._own.values()), *shared]))

    def _column_id(self, key: str) -> str:
        return f"trust-{self._name}-{key}"

    def _card(
        self,
        name: str,
        field: Field,
        says: Text | None,
        judged: Judged | None,
        row: Mapping[str, Any],
        exact: str = "",
    ) -> str:
        lang, trust = self._lang, field.trust
        told = (says or trust.plain or field.meaning)(lang)
        told = sentence_case(told)
        known = in_force().service_ids
        colour = f" {service_class(row['service'])}" if row.get("service") in known else ""
        parts = [
            f'<div class="trust{colour}" id="{name}" popover>'
            f'<p class="muted">{self._about(field, row)}</p>'
            f'<p class="{"trust-says" if says else "trust-plain"}">{strong(told)}</p>'
            f"{self._range(field, row) if says else ''}<dl>"
        ]
        if exact:
            parts.append(f"<div><dt>{_say('exact', lang)}</dt><dd>{escape(exact)}</dd></div>")
        if judged:
            grade, why = judged
            parts.append(
                f"<div><dt>{_say('grade', lang)}</dt><dd>{grade_mark(grade, lang)} "
                f"{escape(why(lang))}</dd></div>"
            )
        record = record_text(trust.record, row.get("service"), self._known)
        parts.append(
            f"<div><dt>{_say('record', lang)}</dt><dd>{strong(record(lang))}</dd></div>"
            f"<div><dt>{_say('source', lang)}</dt><dd>{self._source(field, row)}</dd></div></dl>"
        )
        parts.append(self._foot(row if says else {}))
        return "".join([*parts, "</div>"])

    def _about(self, field: Field, row: Mapping[str, Any]) -> str:
        """Whose figure it is, and of what."""
        named = {key: self._answer.parameters.get(key) for key in ("district", "sex", "age")}
        who = ""
        of = {**named, **{key: row[key] for key in (*named, "neighbourhood") if key in row}}
        if row and (of["district"] or of["sex"]):
            who = target_name(of, self._lang)
        service = row.get("service")
        known = in_force().measures
        what = known[str(service)].text(self._lang) if service in known else ""
        title = "" if field.key in {"index", "affinity"} and what else field.heading(self._lang)
        return escape(" · ".join(part for part in (who, what, title) if part))

    def _range(self, field: Field, row: Mapping[str, Any]) -> str:
        """The interval on a line from the average."""
        ends = field.trust.ends
        if not ends:
            return ""
        low, high, value = row.get(ends[0]), row.get(ends[1]), row.get(field.key)
        percent = field.trust.average == 100.0
        value = row.get("index") if percent else value
        if low is None or high is None or value is None or low == high:
            return ""
        average = field.trust.average
        first, last = min(low, average), max(high, average)
        rim = (last - first) * 0.1 or 1.0

        def at(one: float) -> str:
            return f"{100 * (one - first + rim) / (last - first + 2 * rim):.1f}%"

        if percent:
            told = between(row, *ends)
        else:
            texts = [self._written(end, row) for end in ends]
            told = (" … " if MINUS in "".join(texts) else "–").join(texts)
        rest = f" ({OUT_OF_TEN(self._lang)})" if field.key != "reached" else ""
        zero = CITY_AVERAGE(self._lang) if percent else "0"
        labels = [f"<span>{escape(zero)}</span>", f"<span>{escape(told + rest)}</span>"]
        return (
            '<svg class="trust-range" aria-hidden="true" focusable="false">'
            '<line class="axis" x1="0" x2="100%" y1="10" y2="10"/>'
            f'<line class="zero" x1="{at(average)}" x2="{at(average)}" y1="4" y2="16"/>'
            f'<line class="span" x1="{at(low)}" x2="{at(high)}" y1="10" y2="10"/>'
            f'<line class="value" x1="{at(value)}" x2="{at(value)}" y1="2" y2="18"/></svg>'
            f'<p class="trust-ends">{"".join(labels if value >= average else labels[::-1])}</p>'
        )

    def _written(self, key: str, row: Mapping[str, Any]) -> str:
        field = declared(self._answer.question, key)
        return figure_text(field.write(dict(row), self._lang)) if field else str(row[key])

    def _source(self, field: Field, row: Mapping[str, Any]) -> str:
        answer, lang = self._answer, self._lang
        if answer.question.startswith(_EXPERIMENT) and field.key not in _OF_THE_CITY:
            return escape(_OF_THE_USER(lang))
        month = answer.month or (Month.parse(row["month"]) if row.get("month") else None)
        source = _LABELS["synthetic"] if answer.synthetic else in_force().source.data
        dated, period = _dated(month, lang) if month else ("", "")
        told, rest = [escape(source(lang)) + dated], [period] if month else []
        if row.get("population"):
            rest.append(people(row["population"], lang))
        if rest:
            told.append(f'<span class="muted">{escape(" · ".join(rest))}</span>')
        return "<br>".join(told)

    def _foot(self, row: Mapping[str, Any]) -> str:
        lang = self._lang
        figures = []
        for key in _STATISTICS:
            field = declared(self._answer.question, key)
            if field and field.title and row.get(key) is not None:
                unit = f" {field.unit(lang)}" if field.unit else ""
                figures.append(f"{field.heading(lang)} {self._written(key, row)}{unit}")
        folded = (
            f"<details><summary>{_say('statistics', lang)}</summary>"
            f"<p>{escape(' · '.join(figures))}</p></details>"
            if figures
            else ""
        )
        copy = (
            f'<button type="button" class="link with-script" data-copy-card '
            f'data-copied="{_say("copied", lang)}">{_say("copy", lang)}</button>'
            if row
            else ""
        )
        method = f'<a href="{address("help", {})}#trust">{_say("method", lang)}</a>'
        return f'<div class="trust-foot">{folded}{copy}{method}</div>'


@lru_cache
def _dated(month: Month, lang: Lang) -> tuple[str, str]:
    """A month after what it is of, and the months that it observes."""
    return f", {month.text(lang)}", observed(month.window, lang)


@lru_cache
def _say(name: str, lang: Lang) -> str:
    return escape(_LABELS[name](lang))


def _button(name: str, shown: str, met: bool = True) -> SafeString:
    skipped = "" if met else ' tabindex="-1"'
    return mark_safe(
        f'<button type="button" class="opens" popovertarget="{name}"{skipped}>{shown}</button>'
    )


def strong(text: str) -> SafeString:
    """Text with what stands between asterisks in bold, escaped."""
    pieces = escape(text).split("*")
    return mark_safe(
        "".join(f"<strong>{one}</strong>" if at % 2 else one for at, one in enumerate(pieces))
    )


@lru_cache
def grade_mark(grade: Grade, lang: Lang) -> SafeString:
    """A grade as three bars and its word."""
    bars = "".join(
        f'<rect{"" if at < _BARS[grade] else " class=off"} x="{1 + 5 * at}" y="{9 - 3 * at}" '
        f'width="4" height="{5 + 3 * at}" rx="1"/>'
        for at in range(3)
    )
    return mark_safe(
        f'<span class="grade grade-{grade}"><svg viewBox="0 0 16 15" width="16" height="15" '
        f'aria-hidden="true" focusable="false">{bars}</svg>{escape(GRADES[grade](lang))}</span>'
    )
