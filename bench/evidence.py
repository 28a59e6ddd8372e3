"""Measure the method on real months and write docs/evidence.md: `python -m bench.evidence`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.inputs import real_files
from telads.answers.answer import Answer
from telads.answers.choices import HORIZONS
from telads.answers.evaluation import evaluation
from telads.answers.tables import read
from telads.dataset import in_force
from telads.ingest.ingest import ingest
from telads.method.build import build
from telads.method.evaluation import BANDS, LEADS
from telads.method.horizons import TIES
from telads.method.segments import REPEATS
from telads.settings import Settings
from telads.store.workspace import Build, Store

ROOT = Path(__file__).parents[1]
MEASURES = {
    "ndcg": "NDCG@3",
    "tau": "Kendall's τ",
    "first": "first place",
    "precision": "precision@30",
}
FIRST_OF_TARGETS = 30


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the real files into a workspace of its own, evaluate, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "docs" / "evidence.md")
    choice = parser.parse_args(arguments)
    files = real_files()
    if not files:
        raise SystemExit("no real files: set TELADS_SEOUL_DATA")
    settings = Settings.load({}, Path("no-such-file"))
    with tempfile.TemporaryDirectory() as folder:
        workspace = Store(Path(folder) / "workspace")
        for taken in ingest(workspace, files, settings):
            if taken.error:
                raise taken.error
        build(workspace, settings)
        text = "\n".join(_page(workspace, workspace.build())) + "\n"
    choice.out.write_text(text, encoding="utf-8")
    print(f"Written: {choice.out}")


def _page(workspace: Store, made: Build) -> Iterator[str]:
    first, last = made.months[0], made.months[-1]
    yield "# Evidence"
    yield ""
    yield (
        f"Measured by `python -m bench.evidence` on the label months {first} to {last} of Seoul's "
        f"citizen life data ({len(made.months)} files). What the measures mean: "
        "[method.md](method.md)."
    )
    for horizon in HORIZONS:
        yield from _horizon(workspace, horizon)
    yield from _platforms(evaluation(workspace, 1))
    yield from _orders_of_platforms(evaluation(workspace, 1).rows)
    yield from _faults(read(made, "classic"))
    yield from _labels(read(made, "services"))
    yield from _ties([evaluation(workspace, horizon).rows for horizon in HORIZONS])
    yield from _intervals([evaluation(workspace, horizon).rows for horizon in HORIZONS])
    yield from _movements([evaluation(workspace, horizon).rows for horizon in HORIZONS])
    yield from _orders(read(made, "services"))


def _horizon(workspace: Store, horizon: int) -> Iterator[str]:
    answer = evaluation(workspace, horizon)
    rows = answer.rows.filter(pl.col("part") == "services")
    table = {
        (
            row["recommender"],
            row["measure"],
        ): f"{row['value']:.3f} ({row['low']:.3f}–{row['high']:.3f})"
        for row in rows.to_dicts()
    }
    yield ""
    yield f"## {_ahead(horizon)}"
    yield ""
    yield (
        f"{answer.facts['origins']} months foretold; of the three observed months, "
        f"{answer.facts['overlap']} had been seen. 95 % intervals over districts."
    )
    yield ""
    yield f"| | {' | '.join(MEASURES.values())} |"
    yield "|---" * (len(MEASURES) + 1) + "|"
    for name in rows["recommender"].unique(maintain_order=True):
        yield f"| {name} | {' | '.join(table[name, measure] for measure in MEASURES)} |"


def _platforms(answer: Answer) -> Iterator[str]:
    rows, repeats = answer.rows, answer.facts["repeats"]
    yield ""
    yield "## Platforms, by split halves over neighbourhoods"
    yield ""
    yield "| | Kendall's τ | first place | 80 % interval holds |"
    yield "|---|---|---|---|"
    wide = rows.filter(pl.col("part") == "platforms").pivot(
        "measure", index="recommender", values="value"
    )
    for row in wide.to_dicts():
        held = "" if row["coverage"] is None else f"{row['coverage']:.3f}"
        yield f"| {row['recommender']} | {row['tau']:.3f} | {row['first']:.3f} | {held} |"
    yield ""
    yield (
        "The mean of the sex and age alone (`city`) orders platforms about as well: what the "
        "method adds is the segment's own figure with an interval that holds."
    )
    if isinstance(repeats, float):
        yield ""
        yield (
            f"In {repeats:.1%} of segments, services and months the cells repeat the pattern of "
            "the month before, equal but for a factor and a shift, up to rounding."
            + (
                " So the figures of platforms rest on one month's pattern of neighbourhoods, "
                "whatever month is asked for."
                if repeats >= REPEATS
                else ""
            )
        )


def _orders_of_platforms(rows: pl.DataFrame) -> Iterator[str]:
    """What the orders of platforms are worth: measured, over advertised day services."""
    worth = _values(rows, "worth")
    if not worth:
        return
    yield ""
    yield "## Orders of platforms"
    yield ""
    yield (
        "- By association: on the first platform a contact meets "
        f"{worth['association_gain', None]:.1%} more use of the advertised service than on the "
        "last (median over segments and services; "
        f"{worth['association_gain_p90', None]:.1%} in one case of ten)."
    )
    yield (
        f"- By use: the segment uses the first platform {worth['use_gain', None]:.0%} more than "
        "the last, each against the city's mean person (median)."
    )
    yield (
        f"- Both orders agree with Kendall's τ {worth['orders_agree', None]:.3f} (0: unrelated, 1: "
        "alike). Use is the default, association breaks its ties."
    )


def _faults(classic: pl.DataFrame) -> Iterator[str]:
    key = ["district", "sex", "age", "service"]
    ordered = classic.sort("month")
    moves = ordered.with_columns(
        (pl.col(name).diff().over(key)).sign().alias(f"{name}_move") for name in ("usage", "score")
    ).drop_nulls("usage_move")
    against = float(np.mean((moves["usage_move"] != moves["score_move"]).to_numpy()))
    indexed = classic.filter(
        pl.col("service").is_in([m for m in in_force().measures if in_force().measures[m].is_index])
    )
    weights = indexed["weight"].to_numpy()
    yield ""
    yield "## The classic method's faults"
    yield ""
    yield (
        f"- In {against:.1%} of all changes from month to month the classic score moves against "
        "the usage."
    )
    yield (
        f"- Its weights of index services, ratios that mean nothing, run from "
        f"{weights.min():.2f} to {weights.max():.2f}."
    )


def _labels(services: pl.DataFrame) -> Iterator[str]:
    local = float(np.mean(services["local"].to_numpy()))
    old = services.filter(pl.col("age") >= 60)
    above = old.filter(pl.col("affinity") >= 0).height
    yield ""
    yield "## Labels"
    yield ""
    yield f"- *Local* stands at {local:.1%} of segment-services."
    yield (
        f"- Of {old.height:,} affinities of people of 60 and over, {above} "
        f"{'is' if above == 1 else 'are'} above the city's mean."
    )


def _values(rows: pl.DataFrame, part: str) -> dict[tuple[str, str | None], float]:
    """The values of a part of the evaluation by measure and service."""
    known = rows.filter(pl.col("part") == part).select("measure", "service", "value")
    return {(measure, service): value for measure, service, value in known.iter_rows()}


def _ties(evaluations: Sequence[pl.DataFrame]) -> Iterator[str]:
    """How often the first is first again, by horizon and lead."""
    yield ""
    yield "## Ties: how often the first service is first again"
    yield ""
    yield f"| lead | {' | '.join(_ahead(horizon) for horizon in HORIZONS)} |"
    yield "|---" * (len(HORIZONS) + 1) + "|"
    parts = [
        {row["measure"]: row for row in rows.filter(pl.col("part") == "ties").to_dicts()}
        for rows in evaluations
    ]
    bands = zip(BANDS, LEADS[:-1], LEADS[1:], strict=True)
    lines = [
        (name, f"{low:.2f} and more" if np.isinf(high) else f"{low:.2f} to {high:.2f}")
        for name, low, high in bands
    ]
    labels = [("tie", "labelled a tie"), ("clear", "not labelled")]
    for name, title in [*lines, *labels]:
        cells = [_share(part.get(name)) for part in parts]
        yield f"| {title} | {' | '.join(cells)} |"
    yield ""
    limits = ", ".join(f"{TIES[horizon]:.2f} {_ahead(horizon)}" for horizon in HORIZONS)
    yield (
        "Shares with 95 % intervals over districts and numbers of cases. A tie is a lead below "
        f"{limits}."
    )


def _share(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return f"{row['value']:.3f} ({row['low']:.3f}–{row['high']:.3f}), {row['cases']:,}"


def _intervals(evaluations: Sequence[pl.DataFrame]) -> Iterator[str]:
    """How often the intervals of the index hold the month that came."""
    parts = [_values(rows, "intervals") for rows in evaluations]
    yield ""
    yield "## Intervals of the index"
    yield ""
    heads = [
        f"{title}, {_ahead(horizon)}"
        for horizon in HORIZONS
        for title in ("forecast holds", "half width", "of neighbourhoods holds")
    ]
    yield f"| | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    forms = {"forecast_holds": ".3f", "forecast_half": ".1f", "neighbourhoods_hold": ".3f"}
    for service in dict.fromkeys(service for part in parts for _, service in part):
        cells = [
            format(part[name, service], form) if (name, service) in part else ""
            for part in parts
            for name, form in forms.items()
        ]
        yield f"| {in_force().measures[str(service)].text.en} | {' | '.join(cells)} |"
    yield ""
    yield (
        "Both are called 80 %. The forecast interval of a month is made of the other months; half "
        "widths in index points, now. The interval of neighbourhoods is no forecast."
    )


def _movements(evaluations: Sequence[pl.DataFrame]) -> Iterator[str]:
    """Whether movements of a district's own last."""
    yield ""
    yield "## Movements of a district's own"
    yield ""
    for horizon, rows in zip(HORIZONS, evaluations, strict=True):
        for row in rows.filter(pl.col("part") == "movements").to_dicts():
            which = "beyond noise" if row["measure"].startswith("beyond") else "all"
            yield (
                f"- {_ahead(horizon).capitalize()}, {which}: {row['value']:.1%} of "
                f"{row['cases']:,} have the same sign again."
            )


def _ahead(horizon: int) -> str:
    return f"{horizon} month{'s' if horizon > 1 else ''} ahead"


def _orders(services: pl.DataFrame) -> Iterator[str]:
    newest = services.filter(
        (pl.col("month") == services["month"].max()) & (pl.col("service") == "delivery")
    )
    firsts = {
        order: set(newest.sort(order, descending=True).head(FIRST_OF_TARGETS)
                   .select("district", "sex", "age").rows())
        for order in ("affinity", "excess", "volume")
    }  # fmt: skip
    yield ""
    yield "## Orders of targets"
    yield ""
    yield (
        f"For delivery, the first {FIRST_OF_TARGETS} targets by affinity share "
        f"{len(firsts['affinity'] & firsts['excess'])} with those by excess and "
        f"{len(firsts['affinity'] & firsts['volume'])} with those by volume."
    )


if __name__ == "__main__":
    main()
