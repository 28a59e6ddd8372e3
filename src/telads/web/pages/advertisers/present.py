"""The answers of the advertiser page as displayed."""

from __future__ import annotations

from typing import Any, NamedTuple

from telads.answers.answer import Answer
from telads.dataset import in_force
from telads.model import Segment, Sex
from telads.text import Lang, Text
from telads.web.components import Bar, Column, columns_of
from telads.web.formatting import affinity_scale, association_scale, written
from telads.web.pages.advertisers.forms import Choice, runs_on
from telads.web.pages.customers.forms import customer_address
from telads.wording import segment_name

OPEN = 3
"""Number of platforms that are always visible; others are folded."""


class PlatformRow(NamedTuple):
    """A platform for one target, with its rank."""

    service: str
    text: dict[str, str]
    bar: Bar | None
    tied: bool
    """Whether it is not distinguishable from the first."""
    interval: bool
    """Whether the order has an interval."""


class TargetRow(NamedTuple):
    """One target: its figures, their texts, its address, and its platforms."""

    values: dict[str, Any]
    text: dict[str, str]
    name: str
    address: str
    platforms: list[PlatformRow]
    """Best first."""
    tied: int
    """Number not distinguishable from the first, including it; 0 if the method has no ties."""
    open: int
    """Number of visible platforms."""

    @property
    def folded(self) -> int:
        """Number of folded platforms."""
        return len(self.platforms[self.open :])


TARGET = Text("대상", "Target")
PLATFORMS = Text("매체", "Platforms")
ORDERED: dict[str, Text] = {
    "use": Text("관심도, 연관, 지수", "affinity, association, index"),
    "association": Text("연관, 80% 구간, 1위일 확률, 이용",
                        "association, 80 % interval, chance of first, use"),
    "classic": Text("상관, 이용", "correlation, use"),
}  # fmt: skip
"""Figure shown beside a platform in each order."""


def target_columns(found: Answer, choice: Choice, lang: Lang) -> list[Column]:
    """Columns of the targets; an index service has no index, sums or shares."""
    without = {"district", "sex", "age"}
    if choice.service.is_index:
        without |= {"index", "excess", "volume_share", "cumulative_share"}
    elif choice.by != "excess":
        without |= {"excess"}
    first = ("rank", "population", "z", "affinity", "index", "excess", "volume_share")
    rank, *others = columns_of(found, lang, first, without)
    target = Column("target", TARGET(lang), "", "", False, True, "", "text")
    runs = ORDERED[runs_on(choice)](lang)
    last = Column("platforms", PLATFORMS(lang), runs, "platform-cell", False, False, "", "text")
    return [rank, target, *others, last]


def target_rows(found: Answer, platforms: Answer, choice: Choice, lang: Lang) -> list[TargetRow]:
    """The targets in order, each with its platforms."""
    listed, by = platforms.records, runs_on(choice)
    scale = (
        affinity_scale(platforms.rows["affinity"])
        if by == "use"
        else association_scale(
            row["association"] if row["low"] is None else row["low"] for row in listed
        )
    )
    of_target: dict[int, list[PlatformRow]] = {}
    for row in listed:
        of_target.setdefault(row["target"], []).append(_platform_row(row, by, scale, lang))
    return [_target_row(row, of_target.get(row["rank"], []), choice, lang) for row in found.records]


def extent(targets: int, districts: int) -> Text:
    """The number of targets, and of districts they are in."""
    level = in_force().district
    where = level.text.en if districts == 1 else level.plural.en
    counted = f"{targets} target{'' if targets == 1 else 's'}"
    return Text(
        f"{level.text.ko} {districts}곳에 대상 {targets}개", f"{counted} in {districts} {where}"
    )


def _platform_row(
    row: dict[str, Any], by: str, scale: tuple[float, float], lang: Lang
) -> PlatformRow:
    names = ("service", "affinity", "index", "association", "low", "high", "p_first")
    bar = (
        Bar.of(row["affinity"], *scale, 0.0, None, None)
        if by == "use"
        else Bar.of(row["association"], *scale, 0.0, row["low"], row["high"])
    )
    return PlatformRow(
        service=row["service"],
        text=written("platforms", {name: row[name] for name in names}, lang),
        bar=bar,
        tied=row["tie_group"] == 1,
        interval=by == "association" and row["low"] is not None,
    )


def _target_row(
    row: dict[str, Any], platforms: list[PlatformRow], choice: Choice, lang: Lang
) -> TargetRow:
    segment = Segment(row["district"], Sex(row["sex"]), row["age"])
    tied = sum(one.tied for one in platforms)
    return TargetRow(
        values=row,
        text=written("targets", row, lang),
        name=segment_name(*segment, lang),
        address=customer_address(segment, choice.month, choice.method),
        platforms=platforms,
        tied=tied,
        open=max(tied, OPEN),
    )
