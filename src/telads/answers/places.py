"""Targets of a service by sex and age, and by neighbourhood (method N1): who, then where.

`by_group` sums the segments of a sex and age, `by_neighbourhood` reads the build's neighbourhoods;
both have the columns of a list of segments. `variance` is the share of the differences in use that
each of them explains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from telads.answers.answer import Answer
from telads.answers.audience import RANGE_MONTHS, Size
from telads.answers.choices import Filters, alone, filtered, known_places
from telads.answers.questions import ALIKE
from telads.answers.rows import Grouped
from telads.answers.tables import held, laid_out, of_month, part_of_month, people
from telads.dataset import in_force
from telads.errors import AudienceTooSmall
from telads.method.disclosure import SHARE_DIGITS, figure, significant, standardised
from telads.model import Month, Sex
from telads.store.workspace import NEIGHBOURHOODS, Build
from telads.text import LANGUAGES, Lang, Text, josa

if TYPE_CHECKING:
    import polars as pl

GROUP = ("sex", "age")
PLACE = ("code", "neighbourhood")
"""Columns that identify a neighbourhood within its district."""
_INTERVALS = ("affinity_low", "affinity_high", "index_low", "index_high")


class Variance(NamedTuple):
    """Shares of the variance of people's true use, 0..1, by source.

    `who` is sex and age, `district` the districts of a sex and age, `neighbourhood` the remainder
    within them. If no neighbourhood is known the last is None, and the others sum to 1.
    """

    who: float | None
    district: float | None
    neighbourhood: float | None

    def facts(self) -> dict[str, object]:
        """The shares as single figures of an answer."""
        return {f"variance_{name}": value for name, value in self._asdict().items()}


@held
def by_group(build: Build, month: Month, service: str, district: str | None) -> pl.DataFrame:
    """One row for each sex and age, of the city (`district` null) or of one district.

    Affinity and index are means over people, of published figures.
    """
    import polars as pl

    known = _segments(build, month, service).filter(
        pl.lit(True) if district is None else pl.col("district") == district
    )
    weights = pl.col("population") / pl.col("population").sum()
    return (
        known.group_by(GROUP)
        .agg(
            pl.col("population").sum(),
            *(
                (pl.col(name) * weights).sum().alias(name)
                for name in ("affinity", "index", "standing")
            ),
            pl.col("excess", "volume", "volume_share").sum(),
        )
        .with_columns(
            standardised(pl.col("affinity")),
            figure(pl.col("index")),
            district=pl.lit(district, pl.String),
        )
        .with_columns(**dict.fromkeys(_sums(service), pl.lit(None, pl.Float64)))
        .sort(GROUP)
    )


def _segments(build: Build, month: Month, service: str) -> pl.DataFrame:
    import polars as pl

    every = of_month(build, "services", month).filter(pl.col("service") == service)
    return every.drop_nulls("affinity")


def _sums(service: str) -> tuple[str, ...]:
    """Columns that an index does not have."""
    if in_force().measures[service].is_index:
        return ("index", "excess", "volume", "volume_share")
    return ()


@held
def by_neighbourhood(build: Build, month: Month, service: str) -> pl.DataFrame:
    """One row for each neighbourhood, sex and age, and one for all its people: sex and age null."""
    import polars as pl

    own = part_of_month(build, "neighbourhoods", month, service)
    segments = _segments(build, month, service)
    people, usage = pl.col("population"), pl.col("usage")
    total, mean = segments.select(
        (people * usage).sum(), mean=(people * usage).sum() / people.sum()
    ).row(0)
    volume = people * usage
    return own.with_columns(
        excess=figure(people * (usage - mean).clip(lower_bound=0)),
        volume=figure(volume),
        volume_share=volume / total,
    ).with_columns(**dict.fromkeys(_sums(service), pl.lit(None, pl.Float64)))


def of_filters(build: Build, month: Month, service: str, filters: Filters) -> pl.DataFrame:
    """The filtered neighbourhoods; rows of all people unless a sex or age is given."""
    district, sex, age = filters
    if (sex is None) == (age is None):
        group = None if sex is None else str(sex), age
        own = _by_group(build, month, service).get(group)
        found = by_neighbourhood(build, month, service).clear() if own is None else own
    else:
        every = by_neighbourhood(build, month, service)
        found = filtered(every.drop_nulls("sex"), Filters(None, sex, age))
    return found if district is None else filtered(found, Filters(district))


@held
def _by_group(
    build: Build, month: Month, service: str
) -> dict[tuple[str | None, int | None], pl.DataFrame]:
    """The neighbourhoods of each sex and age, and of all people (None, None): no query is run."""
    every = by_neighbourhood(build, month, service)
    parts = every.partition_by(GROUP, as_dict=True, maintain_order=True)
    return {(sex, age): own for (sex, age), own in parts.items()}


@held
def _number(build: Build, month: Month, service: str) -> dict[str | None, int]:
    """Number of neighbourhoods of each district, and of the city (None)."""
    places = by_neighbourhood(build, month, service).select("code", "district").unique()
    return {None: places["code"].n_unique(), **Counter(places["district"].to_list())}


def borders(build: Build) -> Path | None:
    """The file with the borders of the neighbourhoods; None before some are taken in."""
    path = build.path.parents[1] / NEIGHBOURHOODS
    return path if path.is_file() else None


def hidden(build: Build, month: Month, service: str, filters: Filters) -> int:
    """Number of filtered neighbourhoods without a published figure."""
    found = of_filters(build, month, service, filters)
    shown = found["code"].filter(found["affinity"].is_not_null()).n_unique()
    return _number(build, month, service).get(filters.district, 0) - shown


def size(build: Build, rows: pl.DataFrame, month: Month) -> Size:
    """Size of an audience of neighbourhoods' groups, with its range over the year."""
    chosen = rows.select(*GROUP, "code").rows()
    totals = {}
    for known in build.months:
        if month + (1 - RANGE_MONTHS) <= known <= month:
            own = _sizes(build, known)
            totals[known] = sum(own.get((sex, age), {}).get(code, 0) for sex, age, code in chosen)
    everybody = sum(people(build).get(str(month), {}).values())
    seen = [total for total in totals.values() if total]
    return Size(
        population=totals.get(month, 0),
        low=min(seen, default=0),
        high=max(seen, default=0),
        share=round(totals.get(month, 0) / everybody, SHARE_DIGITS) if everybody else 0.0,
    )


@held
def _sizes(build: Build, month: Month) -> dict[tuple[str | None, int | None], dict[str, int]]:
    """Published people of a month by sex and age, then by code."""
    own = part_of_month(build, "neighbourhoods", month, build.about["services"][0])
    found: dict[tuple[str | None, int | None], dict[str, int]] = {}
    for sex, age, code, count in own.select(*GROUP, "code", "population").iter_rows():
        if count is not None:
            found.setdefault((sex, age), {})[code] = int(count)
    return found


def variance(build: Build, month: Month, service: str) -> Variance:
    """Share of the variance of people's use of a service explained by who and where they are."""
    (row,) = _variance(build, month, service).rows((service,)).records
    return Variance(**row)


@laid_out
def _variance(build: Build, month: Month, service: str) -> bytes:
    import polars as pl

    shares = _shares(build, month, service)
    columns = {name: pl.Series([share], dtype=pl.Float64) for name, share in shares.items()}
    return Grouped.text(pl.DataFrame({"service": [service], **columns}), ["service"], [*shares])


def _shares(build: Build, month: Month, service: str) -> dict[str, float | None]:
    import polars as pl

    from telads.method.recommend import EIGHTY

    people, affinity = pl.col("population"), pl.col("affinity")
    segments = _segments(build, month, service)
    if segments.is_empty():
        return dict.fromkeys(Variance._fields)
    group = (affinity * people).sum().over(GROUP) / people.sum().over(GROUP)
    city = (affinity * people).sum() / people.sum()
    who, district = segments.select(
        ((group - city) ** 2 * people).sum() / people.sum(),
        district=((affinity - group) ** 2 * people).sum() / people.sum(),
    ).row(0)
    key = ["district", *GROUP]
    inside = (
        by_neighbourhood(build, month, service)
        .drop_nulls([*GROUP, "affinity"])
        .join(segments.select(*key, of_segment="affinity"), on=key)
        .with_columns(sd=(pl.col("affinity_high") - pl.col("affinity_low")) / (2 * EIGHTY))
    )
    # Expected square of a true deviation: that of the estimate plus its variance.
    square = (affinity - pl.col("of_segment")) ** 2 + pl.col("sd") ** 2
    own = inside.select((square * people).sum() / people.sum()).item() if inside.height else None
    total = who + district + (own or 0.0)
    if not total:
        return dict.fromkeys(Variance._fields)
    shares = [None if part is None else round(part / total, SHARE_DIGITS)
              for part in (who, district, own)]  # fmt: skip
    return dict(zip(Variance._fields, shares, strict=True))


def alike(
    build: Build,
    neighbourhood: str,
    sex: Sex | None = None,
    age: int | None = None,
    month: Month | None = None,
    among: str = "all",
    top: int = 5,
) -> Answer:
    """The neighbourhoods nearest to one by their affinities to all services (methods L1 and N1).

    Of everybody, or of one sex and age. Rows: rank, district, neighbourhood, code, population
    (rounded to 10), distance (standard deviations between segments; 0 = the same), noise (the
    distance that the errors of both estimates alone would make), and closest and farthest: the
    services that differ least and most. Raises `AudienceTooSmall` for one that is not shown.
    """
    import numpy as np
    import polars as pl

    from telads.method.recommend import EIGHTY, distances

    if (sex is None) != (age is None):
        raise alone(sex, age)
    month = month or build.months[-1]
    services = build.about["services"]
    parts = [
        of_filters(build, month, service, Filters(None, sex, age))
        .drop_nulls("affinity").with_columns(service=pl.lit(service))
        for service in services
    ]  # fmt: skip
    every = pl.concat(parts).with_columns(
        error=(pl.col("affinity_high") - pl.col("affinity_low")) / (2 * EIGHTY)
    )
    names = every.select("code", "district", "neighbourhood", "sex", "age", "population")
    known = names.unique("code").sort("code")
    own = known["code"].index_of(neighbourhood)
    if own is None:
        raise too_small_place(build, neighbourhood)
    affinity, error = (
        known.select("code").join(
            every.pivot("service", index="code", values=value), on="code", how="left",
            maintain_order="left",
        ).select(
            pl.col(one) if one in set(every["service"]) else pl.lit(None, pl.Float64).alias(one)
            for one in services
        ).fill_null(float("nan")).to_numpy()
        for value in ("affinity", "error")
    )  # fmt: skip
    far = distances(affinity, own)
    noise = np.sqrt(np.nansum(error**2 + error[own] ** 2, axis=1))
    districts = known["district"].to_list()
    order = [
        int(at) for at in np.argsort(far, kind="stable")
        if at != own and not np.isnan(far[at])
        and (among == "all" or districts[at] != districts[own])
    ][:top]  # fmt: skip
    gaps = np.nan_to_num(abs(affinity[order] - affinity[own]), nan=np.inf)
    widest = np.where(np.isinf(gaps), -1.0, gaps)
    found = known[order]
    rows = found.with_columns(
        pl.Series("rank", range(1, len(order) + 1), dtype=pl.UInt32),
        pl.Series("distance", [significant(far[at]) for at in order], dtype=pl.Float64),
        pl.Series("noise", [significant(noise[at]) for at in order], dtype=pl.Float64),
        pl.Series("closest", [services[gap.argmin()] for gap in gaps], dtype=pl.String),
        pl.Series("farthest", [services[gap.argmax()] for gap in widest], dtype=pl.String),
    )
    return Answer(
        question="alike",
        parameters={"neighbourhood": neighbourhood, "sex": sex, "age": age, "among": among,
                    "top": top},
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows[list(ALIKE.keys)],
        facts=size(build, found, month).facts(),
        sentences=_of_alike(known.row(own, named=True), rows.to_dicts()),
        warnings=build.warnings(month),
    )  # fmt: skip


def _of_alike(own: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Text, ...]:
    """Which neighbourhood is nearest, and how many cannot be told apart from the one asked."""
    if not rows:
        return (Text("비교할 곳이 없습니다.", "There is none to compare."),)
    first, far = rows[0], f"{rows[0]['distance']:.2f}"
    near = sum(row["distance"] <= row["noise"] for row in rows)
    ko, en = (_named(first, lang) for lang in LANGUAGES)
    nearest = Text(
        f"{josa(_named(own, 'ko'), '과/와')} 이용 모습이 가장 가까운 곳은 {ko}입니다(거리 {far}).",
        f"Nearest to {_named(own, 'en')} by use: {en} (distance {far}).",
    )
    if not near:
        return (nearest,)
    return (nearest, Text(
        f"{len(rows)}곳 가운데 {near}곳은 추정 오차보다 가까워 이곳과 뚜렷이 다르지 않습니다."
        if len(rows) > 1
        else "추정 오차보다 가까워 두 곳은 뚜렷이 다르지 않습니다.",
        f"{near} of {len(rows)} {'is' if near == 1 else 'are'} nearer than the errors of the "
        f"estimates: {'it does' if near == 1 else 'they do'} not differ clearly from it."
        if len(rows) > 1
        else "It is nearer than the errors of the estimates: the two do not differ clearly.",
    ))  # fmt: skip


def _named(row: Mapping[str, Any], lang: Lang) -> str:
    district, place = in_force().district_name(row["district"], lang), row["neighbourhood"]
    return f"{district} {place}" if lang == "ko" else f"{place}, {district}"


def too_small_place(build: Build, code: str) -> AudienceTooSmall:
    """The error for a neighbourhood, or a group of it, that is not shown."""
    name = next((place.name for place in known_places(build) if place.code == code), code)
    return AudienceTooSmall(
        Text("이곳의 사람은 너무 적거나 데이터가 없어 보여 드릴 수 없습니다.",
             "Too few of its people to be shown, or no data."),
        Text("성별과 나이를 비우거나 다른 곳을 골라 주세요.",
             "Leave sex and age out, or choose another."),
        value=name,
    )  # fmt: skip
