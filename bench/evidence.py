"""Measure the method on real months and write docs/evidence.md: `python -m bench.evidence`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from bench.inputs import real_files
from telads.answers.evaluation import HORIZONS, evaluation
from telads.answers.tables import read
from telads.build import build
from telads.catalog import BY_ID
from telads.ingest import ingest
from telads.settings import Settings
from telads.workspace import Build, Workspace

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
        workspace = Workspace(Path(folder) / "workspace")
        for taken in ingest(workspace, files, settings):
            if taken.error:
                raise taken.error
        build(workspace, settings)
        text = "\n".join(_page(workspace, workspace.build())) + "\n"
    choice.out.write_text(text, encoding="utf-8")
    print(f"Written: {choice.out}")


def _page(workspace: Workspace, made: Build) -> Iterator[str]:
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
    yield from _platforms(evaluation(workspace, 1).rows)
    yield from _faults(read(made, "classic"))
    yield from _labels(read(made, "services"))
    yield from _orders(read(made, "services"))


def _horizon(workspace: Workspace, horizon: int) -> Iterator[str]:
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
    yield f"## {horizon} month{'s' if horizon > 1 else ''} ahead"
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


def _platforms(rows: pl.DataFrame) -> Iterator[str]:
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


def _faults(classic: pl.DataFrame) -> Iterator[str]:
    key = ["district", "sex", "age", "service"]
    ordered = classic.sort("month")
    moves = ordered.with_columns(
        (pl.col(name).diff().over(key)).sign().alias(f"{name}_move") for name in ("usage", "score")
    ).drop_nulls("usage_move")
    against = float(np.mean((moves["usage_move"] != moves["score_move"]).to_numpy()))
    indexed = classic.filter(pl.col("service").is_in([m for m in BY_ID if BY_ID[m].is_index]))
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
    tie, lead = _first_place_by_gap(services)
    yield ""
    yield "## Labels"
    yield ""
    yield f"- *Local* stands at {local:.1%} of segment-services."
    yield (
        f"- Of {old.height:,} affinities of people of 60 and over, {above} "
        f"{'is' if above == 1 else 'are'} above the city's mean."
    )
    yield (
        f"- The first service is first again the month after in {lead:.1%} of cases with a clear "
        f"lead, and in {tie:.1%} of ties."
    )


def _first_place_by_gap(services: pl.DataFrame) -> tuple[float, float]:
    """How often the first service stays first: after a tie, after a clear lead."""
    wide = services.pivot("service", index=["month", "district", "sex", "age"], values="affinity")
    ids = [name for name in wide.columns if name in BY_ID]
    months = [
        wide.filter(pl.col("month") == month).sort("district", "sex", "age").select(ids).to_numpy()
        for month in sorted(set(wide["month"]))
    ]
    z = np.stack(months)
    ordered = np.sort(z[:-1], axis=2)
    tie = ordered[..., -1] - ordered[..., -2] < 0.10
    stays = z[:-1].argmax(axis=2) == z[1:].argmax(axis=2)
    return float(stays[tie].mean()), float(stays[~tie].mean())


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
