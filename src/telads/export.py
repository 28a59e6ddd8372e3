"""Exports of whole tables of a build as files for other programs (`render.files`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from telads.answers.advertisers import in_order as in_order_of_platforms
from telads.answers.choices import listed, method_of, one_of
from telads.answers.customers import in_order
from telads.answers.places import by_neighbourhood
from telads.answers.tables import read
from telads.method.disclosure import DECIMALS, DIGITS, SHARE_DIGITS, size_of
from telads.render.files import FORMATS, marked, provenance
from telads.store.files import TEMPORARY
from telads.store.workspace import Build
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

_KEY = ("district", "sex", "age")
LEFT_SECONDS = 3600
"""Age of a temporary file from which nobody writes it any more."""


def scores(build: Build, method: str) -> pl.DataFrame:
    """Every service of every segment in every month, ranked within segment and month.

    affinity: district, sex, age, month, service, usage, affinity, index, rank.
    classic: district, sex, age, month, service, weight, z, score, rank.
    """
    if method == "classic":
        frame = read(build, "classic")
        figures = ("weight", "z", "score", "rank")
    else:
        frame = in_order(read(build, "services"), "forecast", over=("month", *_KEY))
        figures = ("usage", "affinity", "index", "rank")
    return frame.select(*_KEY, "month", "service", *figures).sort(
        "month", *_KEY, "rank", maintain_order=True
    )


def segments(build: Build, method: str) -> pl.DataFrame:
    """Month, segment, population (rounded to 10), n_cells, then each measure and its coverage."""
    import polars as pl

    return read(build, "segments").select("month", *_KEY, pl.exclude("month", *_KEY))


def targets(build: Build, method: str) -> pl.DataFrame:
    """All segments of every month and service in the order of the method, with running shares."""
    import polars as pl

    frame = read(build, "services")
    order = "forecast"
    if method == "classic":
        z = read(build, "classic").select("month", *_KEY, "service", "z", order="standing")
        frame, order = frame.join(z, on=["month", *_KEY, "service"], how="left"), "order"
    ranked = in_order(frame, order, over=("month", "service")).sort("month", "service", "rank")
    share = pl.col("volume_share")
    running = share.cum_sum().over("month", "service").round(SHARE_DIGITS)
    return ranked.select(
        "month", "service", "rank", *_KEY, "population", "affinity", "index",
        size_of(pl.col("excess")), share.round(SHARE_DIGITS), cumulative_share=running,
        **({"z": pl.col("z")} if method == "classic" else {}),
    )  # fmt: skip


def platforms(build: Build, method: str) -> pl.DataFrame:
    """The other services for every segment and service, with the segment's use of each.

    Ranked by use, with the association and its interval; classic: ranked by its correlation.
    """
    import polars as pl

    if method == "classic":
        return read(build, "classic_platforms").select(
            *_KEY, "service", "rank", "platform", "association", "n_cells"
        ).sort(*_KEY, "service", "rank")  # fmt: skip
    every = pl.concat([in_order_of_platforms(build, month, "use") for month in build.months])
    return every.select(
        "month", *_KEY, "service", "rank", "platform", "affinity", "index", "association",
        "low", "high", "p_first", "tie_group", "n_cells", "prior_only",
    ).sort("month", *_KEY, "service", "rank")  # fmt: skip


def neighbourhoods(build: Build, method: str) -> pl.DataFrame:
    """Neighbourhoods of the newest month by sex and age (null: everybody) and service (N1).

    District, code, neighbourhood, sex, age, service, population, usage, affinity and index with
    their 80 % intervals, excess and share of the city's usage. The classic method has none.
    """
    import polars as pl

    month = build.months[-1]
    every = pl.concat([
        by_neighbourhood(build, month, service).with_columns(service=pl.lit(service))
        for service in build.about["services"]
    ])  # fmt: skip
    return every.select(
        "month", "district", "code", "neighbourhood", "sex", "age", "service", "population",
        "usage", "affinity", "affinity_low", "affinity_high", "index", "index_low", "index_high",
        size_of(pl.col("excess")), pl.col("volume_share").round(DECIMALS).round_sig_figs(DIGITS),
    ).sort("district", "code", "service", "sex", "age", nulls_last=False)  # fmt: skip


TABLES: dict[str, Callable[[Build, str], pl.DataFrame]] = {
    "scores": scores,
    "segments": segments,
    "targets": targets,
    "platforms": platforms,
    "neighbourhoods": neighbourhoods,
}
"""Tables that can be exported."""


def export(build: Build, table: str, path: Path, method: str = "affinity") -> int:
    """Write a whole table to a file, in the format of its suffix; returns the number of rows.

    Raises `UnknownChoice` for a table, method or suffix that does not exist.
    """
    table = listed(Text("표", "table"), table, TABLES)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise one_of(Text("파일 형식", "kind of file"), path.name, FORMATS)
    method = method_of(method)
    frame = marked(TABLES[table](build, method), build.synthetic)
    about = provenance(build, table, method)
    FORMATS[suffix].write(path, frame, about)
    return frame.height


def export_missing(build: Build, table: str, path: Path, method: str, last: Path) -> None:
    """Export a table unless `last`, the file of it that is written last, is there by now.

    What a process that was killed has left in the folder an hour ago is removed.
    """
    for left in path.parent.glob(f"{TEMPORARY}*"):
        with suppress(FileNotFoundError):  # another process has just removed it
            if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                left.unlink()
    if not last.is_file():
        export(build, table, path, method)
