"""Backtest of the method against its baselines (method, section 3).

Also the differences between the classic method and affinity on the same data, with the extent of
the classic method's faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers.answer import Answer
from telads.answers.customers import in_order
from telads.answers.sentences import of_forecasts
from telads.answers.tables import of_month, read
from telads.dataset import in_force
from telads.errors import WorkspaceError
from telads.method.disclosure import published, significant
from telads.model import Month
from telads.store.workspace import Build, Store
from telads.text import Text
from telads.wording import counted

if TYPE_CHECKING:
    import polars as pl


SERVICES, PLATFORMS = "services", "platforms"
TIES, INTERVALS, MOVEMENTS, WORTH = "ties", "intervals", "movements", "worth"


def evaluation(workspace: Store, horizon: int = 1, build: Build | None = None) -> Answer:
    """The backtest of services and targets, and the split-half test of platforms.

    About the build in force, or `build`, one of the workspace's.

    Rows: part (services, platforms, and the checked promises: ties, intervals, movements, worth),
    recommender (`chance` is the negative control), service (null if about all), measure (those of
    `method.evaluation`), value, low and high (95 % interval over districts), ahead (of the classic
    method), ahead_low, ahead_high, cases (number behind a value, if counted). Facts: origins,
    horizon, overlap, splits, and repeats: the share of neighbourhood patterns equal to the previous
    month's (None with one month). Computed once for a build and stored. Raises `UnknownChoice` for
    a horizon other than 1 or 3, `QuestionError` with too few months.
    """
    build = build or workspace.build()
    rows = published(_kept(workspace, build, horizon))
    facts = {
        name: rows[name].drop_nulls().max()
        for name in ("origins", "horizon", "overlap", "splits", "repeats")
    }
    return Answer(
        question="evaluate",
        parameters={"horizon": horizon},
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows.drop(*facts),
        facts=facts,
        sentences=(
            *_sentences(rows, horizon),
            *of_forecasts(build.forecast(build.months[-1])),
            *_of_pattern(rows),
        ),
    )


def _kept(workspace: Store, build: Build, horizon: int) -> pl.DataFrame:
    """The evaluation of a build from disk, or computed and stored."""
    import polars as pl

    from telads.store.files import write_parquet

    path = workspace.path / "evaluations" / f"{build.name}-{horizon}.parquet"
    if path.is_file():
        return pl.read_parquet(path)
    rows = _computed(workspace, build, horizon)
    try:
        write_parquet(path, rows)
    except WorkspaceError:  # a read-only workspace can still be evaluated
        return rows
    return rows


def _computed(workspace: Store, build: Build, horizon: int) -> pl.DataFrame:
    import polars as pl

    from telads.method import evaluation as promises
    from telads.method.association import cells_of
    from telads.method.evaluation import backtest, platform_backtest
    from telads.method.segments import whole_panel
    from telads.method.tables import columns_of, material, needed_for
    from telads.store.cells import reading

    about = build.about
    services, floor = tuple(about["services"]), about["floor"]
    files = {
        month: workspace.cells_path / about["files"][str(month)]["cells"] for month in build.months
    }
    with reading(files):
        columns = needed_for(services, columns_of(files.values()))
        loaded = (material(path, month, services, floor, columns) for month, path in files.items())
        figures = [given.figures for given in loaded if not given.cells.is_empty()]
    panel = whole_panel(figures)
    monthly = [cells_of(month.cells, month.values, panel.segments) for month in figures]
    judged = [backtest(panel, horizon).with_columns(part=pl.lit(SERVICES))]
    halves = platform_backtest(monthly[-1], panel.peers)
    platforms = halves.unpivot(
        ["tau", "first", "coverage"], index=["method", "splits"], variable_name="measure"
    ).rename({"method": "recommender"})
    known = read(build, "services")
    promised = {
        TIES: promises.ties(known, build.months, horizon),
        INTERVALS: promises.intervals(known, build.months, horizon),
        MOVEMENTS: promises.movements(known, build.months, horizon),
        WORTH: promises.worth(monthly[-1], panel),
    }
    schema = {"part": pl.String, "recommender": pl.String, "service": pl.String,
              "measure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
              "ahead": pl.Float64, "ahead_low": pl.Float64, "ahead_high": pl.Float64,
              "cases": pl.Int64}  # fmt: skip
    held = pl.DataFrame(
        [{"part": part, "recommender": "affinity", **row} for part, of in promised.items()
         for row in of],
        schema=schema,
    )  # fmt: skip
    judged += [platforms.with_columns(part=pl.lit(PLATFORMS)), held]
    both = pl.concat(judged, how="diagonal_relaxed")
    repeats = promises.repeated(figures)
    return both.select(*schema, pl.exclude(*schema)).with_columns(
        repeats=pl.lit(repeats, pl.Float64)
    )


SAME = 0.005
"""Shares that are less apart are the same in whole percents."""


def _sentences(rows: pl.DataFrame, horizon: int) -> tuple[Text, ...]:
    """How often it was right beside last month and the classic method, mentioning the overlap."""
    found = {
        (row["recommender"], row["measure"]): row["value"]
        for row in rows.filter(rows["part"] == SERVICES).to_dicts()
    }
    own, classic = found.get(("affinity", "first")), found.get(("classic", "first"))
    last = found.get(("last", "first"))
    if own is None or classic is None or last is None:
        return ()
    shared = int(rows["overlap"].drop_nulls()[0])
    when = Text("다음 달" if horizon == 1 else f"{horizon}개월 뒤의",
                "next month" if horizon == 1 else f"{horizon} months ahead")  # fmt: skip
    better = own - last > SAME
    beside = (
        Text(f"‘지난달 그대로’는 {last:.0%}여서 그보다 낫습니다.",
             f"simply last month, {last:.0%}, so it does better.")
        if better else
        Text(f"‘지난달 그대로’도 {last:.0%}여서 그보다 낫지 않습니다.",
             f"so does simply last month ({last:.0%}): it is no better than that.")
    )  # fmt: skip
    return (
        Text(
            f"{when.ko} 1위 서비스를 10번 중 {round(10 * own)}번({own:.0%}) 맞혔습니다. "
            f"{beside.ko} "
            f"기존 방식(2023년 연구)은 {classic:.0%}입니다.",
            f"It got the top service {when.en} right {counted(round(10 * own), 'time')} in 10 "
            f"({own:.0%}); {beside.en} The 2023 method: {classic:.0%}.",
        ),
        Text(
            f"본 데이터와 맞힌 데이터는 집계한 석 달 가운데 {shared}개월이 겹칩니다.",
            f"The months seen and the months predicted share {shared} of three months.",
        ),
    )


def _of_pattern(rows: pl.DataFrame) -> tuple[Text, ...]:
    """Note that platforms by association rest on one month's pattern, if months repeat it."""
    from telads.method.segments import REPEATS

    share = rows["repeats"].drop_nulls().max()
    if not isinstance(share, float) or share < REPEATS:
        return ()
    return (
        Text(
            "집단 안의 동네 분포가 달마다 지난달과 같습니다. 매체의 동반 이용은 사실상 한 달의 "
            "동네 "
            "분포에 기댄 값입니다.",
            "Inside the groups every month repeats the neighbourhood pattern of the month before: "
            "which platforms are used together rests on one month's pattern of neighbourhoods.",
        ),
    )


_SEGMENT_KEY = ["district", "sex", "age"]
_KEY = [*_SEGMENT_KEY, "service"]
NOTEWORTHY = 0.01
"""Relative error of a plain mean over neighbourhoods from which it is counted."""


def comparison(build: Build, month: Month) -> Answer:
    """Compare how often each service comes first by either method, and count the classic faults.

    Rows: service, affinity_first, classic_first (segments of the month with it as first service),
    both (by both methods). Facts: segments; first_differs (share of segments whose first services
    differ); reversed (share of all months' segment-services with a z below zero, where more usage
    lowers the classic score); against (share of the usage's movements from month to month that the
    classic score contradicts; None with one month); lopsided (share of the month's segment-services
    of day services whose plain mean over neighbourhoods differs from the mean person by more than 1
    %); weight_low, weight_high (of index services, for which the ratio has no meaning; None without
    one).
    """
    import polars as pl

    classic = read(build, "classic")
    ranked = in_order(
        of_month(build, "services", month).drop_nulls("forecast"),
        "forecast",
        over=tuple(_SEGMENT_KEY),
    )
    own = _first(ranked, "affinity")
    reference = _first(of_month(build, "classic", month).drop_nulls("score"), "classic")
    pairs = own.join(reference, on=_SEGMENT_KEY)
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
        "first_differs": _share_of_rows(pairs, ~agreed),
        "reversed": _share_of_rows(classic.drop_nulls("z"), pl.col("z") < 0),
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
        sentences=_of_comparison(facts),
        warnings=build.warnings(month),
    )


def _first(ranked: pl.DataFrame, name: str) -> pl.DataFrame:
    """The first service of each segment, in a column `name`."""
    import polars as pl

    first = ranked.filter(pl.col("rank") == 1)
    return first.select(*_SEGMENT_KEY, pl.col("service").alias(name))


def _against(classic: pl.DataFrame) -> float | None:
    """Share of month-to-month movements of usage that the score contradicts."""
    import polars as pl

    moves = classic.sort("month").select(
        pl.col(name).diff().over(_KEY).sign() for name in ("usage", "score")
    )
    moved = moves.drop_nulls().filter(pl.col("usage") != 0)
    return _share_of_rows(moved, pl.col("usage") != pl.col("score")) if moved.height else None


def _lopsided(build: Build, month: Month) -> float:
    """Share of segment-services whose plain mean over neighbourhoods misses the mean person."""
    import polars as pl

    plain = of_month(build, "classic", month).select(*_KEY, plain="usage")
    both = of_month(build, "services", month).join(plain, on=_KEY).drop_nulls(["usage", "plain"])
    days = both.filter(~pl.col("service").is_in(_indices(build)))
    off = (pl.col("plain") / pl.col("usage") - 1).abs() > NOTEWORTHY
    return _share_of_rows(days, off)


def _index_weights(classic: pl.DataFrame) -> dict[str, float | None]:
    """Range of the weights that are ratios of a standardised index."""
    import polars as pl

    indexed = [id for id, measure in in_force().measures.items() if measure.is_index]
    weights = classic.filter(pl.col("service").is_in(indexed))["weight"].drop_nulls()
    low, high = (weights.min(), weights.max()) if len(weights) else (None, None)
    return {"weight_low": _number(low), "weight_high": _number(high)}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _indices(build: Build) -> list[str]:
    return [service for service in build.about["services"] if in_force().measures[service].is_index]


def _share_of_rows(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return significant(rows.filter(condition).height / max(rows.height, 1))


def _of_comparison(facts: dict[str, object]) -> tuple[Text, ...]:
    differs, segments = facts["first_differs"], facts["segments"]
    return (
        Text(
            f"두 방법은 {segments}개 집단 가운데 {differs:.1%}에서 1위 서비스를 다르게 꼽습니다.",
            f"The two methods name a different top service in {differs:.1%} of {segments} groups.",
        ),
    )
