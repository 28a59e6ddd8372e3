"""Where the classic method and affinity differ on the same data, and how far its faults reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers.answer import Answer
from telads.answers.services import in_order
from telads.answers.tables import of_month, read
from telads.catalog import BY_ID
from telads.method.disclosure import significant
from telads.model import Month
from telads.text import Text
from telads.workspace import Build

if TYPE_CHECKING:
    import polars as pl

_SEGMENT = ["district", "sex", "age"]
_KEY = [*_SEGMENT, "service"]
NOTEWORTHY = 0.01
"""Share by which a plain mean of neighbourhoods misses the mean person before it is counted."""


def comparison(build: Build, month: Month) -> Answer:
    """How often each service comes first by either method, and the classic method's known faults.

    Rows: service, affinity_first, classic_first (segments of the month whose first service it is),
    both (by both methods). Facts: segments; first_differs (share of segments whose first services
    differ); reversed (share of all months' segment-services with a z below zero, where more usage
    lowers the classic score); against (share of the usage's movements from month to month that
    the classic score goes against; None with one month); lopsided (share of the month's
    segment-services of day services whose plain mean over neighbourhoods is off the mean person by
    more than 1 %); weight_low, weight_high (of index services, where the ratio means nothing; None
    without one).
    """
    import polars as pl

    classic = read(build, "classic")
    ranked = in_order(
        of_month(build, "services", month).drop_nulls("forecast"), "forecast", over=tuple(_SEGMENT)
    )
    own = _first(ranked, "affinity")
    reference = _first(of_month(build, "classic", month).drop_nulls("score"), "classic")
    pairs = own.join(reference, on=_SEGMENT)
    agreed = pl.col("affinity") == pl.col("classic")
    rows = pl.DataFrame(
        [
            {
                "service": service,
                "affinity_first": (pairs["affinity"] == service).sum(),
                "classic_first": (pairs["classic"] == service).sum(),
                "both": pairs.filter(agreed & (pl.col("affinity") == service)).height,
            }
            for service in build.about["services"]
        ]
    )
    facts: dict[str, object] = {
        "segments": pairs.height,
        "first_differs": _share(pairs, ~agreed),
        "reversed": _share(classic.drop_nulls("z"), pl.col("z") < 0),
        "against": _against(classic),
        "lopsided": _lopsided(build, month),
        **_index_weights(classic),
    }
    return Answer(
        question="comparison",
        parameters={},
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
        facts=facts,
        sentences=_sentences(facts),
        warnings=build.warnings(month),
    )


def _first(ranked: pl.DataFrame, name: str) -> pl.DataFrame:
    """The first service of each segment, in a column called `name`."""
    import polars as pl

    first = ranked.filter(pl.col("rank") == 1)
    return first.select(*_SEGMENT, pl.col("service").alias(name))


def _against(classic: pl.DataFrame) -> float | None:
    """Share of movements of the usage, from month to month, that the score goes against."""
    import polars as pl

    moves = classic.sort("month").select(
        pl.col(name).diff().over(_KEY).sign() for name in ("usage", "score")
    )
    moved = moves.drop_nulls().filter(pl.col("usage") != 0)
    return _share(moved, pl.col("usage") != pl.col("score")) if moved.height else None


def _lopsided(build: Build, month: Month) -> float:
    """Share of segment-services whose plain mean of neighbourhoods misses the mean person."""
    import polars as pl

    plain = of_month(build, "classic", month).select(*_KEY, plain="usage")
    both = of_month(build, "services", month).join(plain, on=_KEY).drop_nulls(["usage", "plain"])
    days = both.filter(~pl.col("service").is_in(_indices(build)))
    off = (pl.col("plain") / pl.col("usage") - 1).abs() > NOTEWORTHY
    return _share(days, off)


def _index_weights(classic: pl.DataFrame) -> dict[str, float | None]:
    """The range of the weights that are ratios of a standardised index."""
    import polars as pl

    indexed = [id for id, measure in BY_ID.items() if measure.is_index]
    weights = classic.filter(pl.col("service").is_in(indexed))["weight"].drop_nulls()
    low, high = (weights.min(), weights.max()) if len(weights) else (None, None)
    return {"weight_low": _number(low), "weight_high": _number(high)}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _indices(build: Build) -> list[str]:
    return [service for service in build.about["services"] if BY_ID[service].is_index]


def _share(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return significant(rows.filter(condition).height / max(rows.height, 1))


def _sentences(facts: dict[str, object]) -> tuple[Text, ...]:
    differs, segments = facts["first_differs"], facts["segments"]
    return (
        Text(
            f"두 방법은 {segments}개 집단 가운데 {differs:.1%}에서 1위 서비스를 다르게 꼽습니다.",
            f"The two methods name another first service in {differs:.1%} of {segments} segments.",
        ),
    )
