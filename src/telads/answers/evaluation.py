"""How well the method does on past months, beside its baselines (method, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers.answer import Answer
from telads.answers.choices import one_of
from telads.disclosure import published
from telads.errors import WorkspaceError
from telads.language import Text
from telads.workspace import Build, Workspace

if TYPE_CHECKING:
    import polars as pl

HORIZONS = (1, 3)
"""Months ahead: with 1, two of three observed months are shared with what was seen; with 3 none."""
SERVICES, PLATFORMS = "services", "platforms"


def evaluation(workspace: Workspace, horizon: int = 1, build: Build | None = None) -> Answer:
    """The backtest of services and targets, and the split-half test of platforms.

    Of the build in force, or of `build`, one of the workspace's.

    Rows: part (services or platforms), recommender (`chance` is the negative control), measure
    (ndcg, tau, first, precision; for platforms tau, first, coverage), value, low and high (95 %
    interval over districts), ahead (of the classic method), ahead_low, ahead_high. Computed once
    for a build and kept. Raises `UnknownChoice` for a horizon that is neither 1 nor 3,
    `QuestionError` with too few months.
    """
    if horizon not in HORIZONS:
        raise one_of(Text("기간", "horizon"), horizon, map(str, HORIZONS))
    build = build or workspace.build()
    rows = published(_kept(workspace, build, horizon))
    facts = {
        name: rows[name].drop_nulls().max() for name in ("origins", "horizon", "overlap", "splits")
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
        sentences=_sentences(rows, horizon),
    )


def _kept(workspace: Workspace, build: Build, horizon: int) -> pl.DataFrame:
    """The evaluation of a build from disk, or computed and put there."""
    import polars as pl

    from telads.tables.store import write_parquet

    path = workspace.path / "evaluations" / f"{build.name}-{horizon}.parquet"
    if path.is_file():
        return pl.read_parquet(path)
    rows = _computed(workspace, build, horizon)
    try:
        write_parquet(path, rows)
    except WorkspaceError:  # a workspace that may only be read can be evaluated all the same
        return rows
    return rows


def _computed(workspace: Workspace, build: Build, horizon: int) -> pl.DataFrame:
    import polars as pl

    from telads.engines.polars import scan_cells
    from telads.evaluate.backtest import backtest
    from telads.evaluate.halves import platform_backtest
    from telads.marts import material
    from telads.tables.cells import reading

    files = {
        month: workspace.cells_path / build.about["files"][str(month)]["cells"]
        for month in build.months
    }
    about = build.about
    with reading(files):
        given = material(
            scan_cells(files), tuple(about["services"]), about["floor"], about["forecast_phi"]
        )
    services = backtest(given.panel, horizon).with_columns(part=pl.lit(SERVICES))
    halves = platform_backtest(given.window_cells(build.months[-1:]), given.panel.peers)
    platforms = halves.unpivot(
        ["tau", "first", "coverage"], index=["method", "splits"], variable_name="measure"
    ).rename({"method": "recommender"})
    both = pl.concat([services, platforms.with_columns(part=pl.lit(PLATFORMS))], how="diagonal")
    return both.select("part", pl.exclude("part"))


def _sentences(rows: pl.DataFrame, horizon: int) -> tuple[Text, ...]:
    """How the method compares with the classic one, with the overlap said."""
    found = {
        (row["recommender"], row["measure"]): row["value"]
        for row in rows.filter(rows["part"] == SERVICES).to_dicts()
    }
    own, classic = found.get(("affinity", "first")), found.get(("classic", "first"))
    if own is None or classic is None:
        return ()
    shared = int(rows["overlap"].drop_nulls()[0])
    return (
        Text(
            f"{horizon}개월 뒤의 1위 서비스를 관심도는 {own:.1%}, 2023년 연구 방식은 {classic:.1%} "
            "맞혔습니다.",
            f"{horizon} month{'s' if horizon > 1 else ''} ahead, affinity named the first service "
            f"rightly in {own:.1%} of cases, the method of 2023 in {classic:.1%}.",
        ),
        Text(
            f"본 자료와 맞힌 자료는 관측한 석 달 가운데 {shared}개월이 겹칩니다.",
            f"What was seen and what was foretold share {shared} of three observed months.",
        ),
    )
