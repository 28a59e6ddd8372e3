"""Service to customers: whom to address with a service's advert, and how far that reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers import sentences
from telads.answers.answer import Answer
from telads.answers.audience import size
from telads.answers.choices import Filters, filtered
from telads.answers.grouped import KEY
from telads.answers.platforms import front_runners
from telads.answers.questions import METHODS, TARGETS
from telads.answers.tables import held, of_month
from telads.catalog import BY_ID, refuse_index
from telads.method.disclosure import SHARE_DIGITS, size_of
from telads.model import Month, Segment, Sex
from telads.text import Text
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl


def targets(
    build: Build,
    service: str,
    by: str,
    top: int,
    month: Month,
    method: str = METHODS[0],
    district: str | None = None,
    sex: Sex | None = None,
    age: int | None = None,
    platforms: bool = False,
    platforms_by: str = "use",
) -> Answer:
    """The `top` segments to address with a service, best first (methods T1 and T2).

    Rows: rank, district, sex, age, population (rounded to 10), affinity, index, excess (people x
    days above the city's mean), volume_share (of the city's usage, 0..1), cumulative_share. With
    `platforms` also the services to run the advert on for each target, a list of those that cannot
    be told from the best in the order `platforms_by` (use or association, see `platforms`). The
    classic method orders by its z and adds it.
    Raises `IndexRefused` for excess or volume of an index service.
    """
    asked, filters = BY_ID[service], Filters(district, sex, age)
    if by != "affinity":
        refuse_index(asked, Text("이용량 합계", "sum of usage"))
    order = "z" if method == "classic" else by
    every = _in_order(build, month, asked.id, order)
    if platforms:
        runs_on = front_runners(build, month, asked.id, platforms_by)
        every = every.join(runs_on, on=KEY, how="left", maintain_order="left")
    rows = _best(every, filters, top)
    extra = TARGETS.extra("classic") if method == "classic" else ()
    extra += TARGETS.extra("platforms") if platforms else ()
    rows = rows[[*TARGETS.keys, *extra]]
    chosen = [Segment(d, Sex(s), a) for d, s, a in rows[list(KEY)].iter_rows()]
    reach = size(build, chosen, month)
    running = rows["cumulative_share"].drop_nulls().to_list()
    share = None if asked.is_index else (running[-1] if running else 0.0)
    return Answer(
        question="targets",
        parameters={"service": asked.id, "by": by, "top": top, **filters._asdict()},
        month=month,
        method=method,
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts={**reach.facts(), "volume_share": share},
        sentences=sentences.of_targets(asked, by, rows.to_dicts(), reach, share),
        warnings=build.warnings(month),
    )


@held
def _in_order(build: Build, month: Month, service: str, order: str) -> pl.DataFrame:
    """Every segment of a month, best first; those that nothing is known for are left out."""
    import polars as pl

    every = of_month(build, "services", month).filter(pl.col("service") == service)
    if order == "z":
        scores = of_month(build, "classic", month).filter(pl.col("service") == service)
        own = scores.select(*KEY, "z", order="standing")
        every = every.join(own, on=KEY, maintain_order="left")
    # In full precision, so that figures which look alike keep their order.
    ordering = {"affinity": "forecast", "z": "order"}.get(order, order)
    return (
        every.drop_nulls([ordering, "affinity"])
        # Who uses it no more than the city's mean has no excess: then the affinity tells.
        .sort(ordering, "standing", descending=True, maintain_order=True)
        .with_columns(size_of(pl.col("excess")))
    )


def _best(every: pl.DataFrame, filters: Filters, top: int) -> pl.DataFrame:
    """The best `top` rows of the segments asked for, with ranks and running totals."""
    best = filtered(every, filters).head(top).with_row_index("rank", offset=1)
    share = best["volume_share"]
    return best.with_columns(
        share.round(SHARE_DIGITS), share.cum_sum().round(SHARE_DIGITS).alias("cumulative_share")
    )
