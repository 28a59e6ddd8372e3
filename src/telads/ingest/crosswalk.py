"""Codes of other years: neighbourhoods that were renamed, merged or split since (`crosswalk.csv`).

A month's cells come under the codes of the dataset's crosswalk, so that a neighbourhood has one
series. Rows apply to the months before their `since`, the earliest first: a code may change again.
A row with a name is for the neighbourhood of that name alone: its code is another's in other years.
People and counts of a neighbourhood are divided by the shares and added; means are those of its
parts, weighted by the people they speak for. A part that is masked masks the sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.dataset.definition import Correspondence
from telads.model import Month
from telads.store.cells import KEY, POPULATION, UNESTIMATED, values_in, weight
from telads.text import Text

if TYPE_CHECKING:
    import polars as pl

NAMED = 3
"""Most codes named in a remark; the rest is counted."""


def rows_of(month: Month) -> list[Correspondence]:
    """The rows of the crosswalk for a label month, in the order they are applied."""
    rows = [row for row in in_force().crosswalk if not row.since or str(month) < row.since]
    return sorted(rows, key=lambda row: row.since)


def digest(month: Month) -> str:
    """Hash of the rows for a label month; empty without any."""
    rows = rows_of(month)
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:8] if rows else ""


def applies(month: Month, codes: Collection[str]) -> bool:
    """Whether any of these codes has another one in a label month, whatever its name."""
    return any(row.code in codes and not row.name for row in rows_of(month))


def recoded(cells: pl.DataFrame, month: Month) -> tuple[pl.DataFrame, tuple[Correspondence, ...]]:
    """Cells under the codes of the dataset, sorted by KEY, and the rows that were applied."""
    applied: list[Correspondence] = []
    for _, step in groupby(rows_of(month), key=lambda row: row.since):
        known = [*step]
        named = _named_by(cells, known)
        there = {*named.select("code", NAMED_BY).unique().rows()}
        rows = [row for row in known if (row.code, row.name) in there]
        if rows:
            cells = _recoded(named, rows).select(cells.columns)
            applied += rows
    return cells, tuple(applied)


NAMED_BY = "named by"
"""Column of cells with the name that a row of the crosswalk asks for; empty for none."""


def _named_by(cells: pl.DataFrame, rows: list[Correspondence]) -> pl.DataFrame:
    import polars as pl

    asked = {(row.code, row.name) for row in rows if row.name}
    told = [
        name if (code, name := (called or "").replace(" ", "")) in asked else ""
        for code, called in cells.select("code", "neighbourhood").iter_rows()
    ] if asked else [""] * cells.height  # fmt: skip
    return cells.with_columns(pl.Series(NAMED_BY, told, dtype=pl.String))


def _recoded(cells: pl.DataFrame, rows: list[Correspondence]) -> pl.DataFrame:
    import polars as pl

    dataset, figures = in_force(), values_in(cells.columns)
    table = pl.DataFrame(
        {"code": [row.code for row in rows], "to": [row.to for row in rows],
         "share": [row.share for row in rows], NAMED_BY: [row.name for row in rows]}
    )  # fmt: skip
    moved = cells.join(table, on=["code", NAMED_BY], how="left").drop(NAMED_BY)
    cells = cells.drop(NAMED_BY)
    moved = moved.with_columns(
        # Its own name comes first where the neighbourhood keeps its code.
        pl.col("to").is_not_null().alias("came"),
        pl.coalesce("to", "code").alias("to"),
        pl.col("share").fill_null(1.0),
    )
    touching = pl.col("to").is_in(table["to"].unique().to_list())
    touched = moved.filter(touching)
    counted = [
        name for name in figures
        if name == POPULATION or name.endswith(UNESTIMATED)
        or (name in dataset.measures and dataset.measures[name].counted)
    ]  # fmt: skip
    means = [name for name in figures if name in dataset.measures and name not in counted]
    others = [name for name in cells.columns if "__" in name and name not in counted]
    weights = [(weight(name, cells.columns) * pl.col("share")).alias(f"{name} w") for name in means]
    key = [pl.col("to").alias("code"), *KEY[1:]]
    whole = (
        touched.with_columns(weights)
        .with_columns((pl.col(name) * pl.col(f"{name} w")).alias(f"{name} x") for name in means)
        .with_columns(pl.col(name) * pl.col("share") for name in counted)
        .sort("came", "code")
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("district", "neighbourhood").first(),
            *(_sum(name).alias(name) for name in counted),
            *(
                pl.when(pl.len() == 1).then(pl.col(name).first())
                .otherwise(_sum(f"{name} x") / _sum(f"{name} w"))
                .fill_nan(None).alias(name)
                for name in means
            ),
            # Quartiles of a whole do not follow from those of its parts.
            *(pl.when(pl.len() == 1).then(pl.col(name).first()).alias(name) for name in others),
        )
    )  # fmt: skip
    rest = moved.filter(~touching)
    return pl.concat([rest.select(cells.columns), _placed(whole).select(cells.columns)]).sort(KEY)


def _sum(name: str) -> pl.Expr:
    """Sum of a column; null if a value is."""
    import polars as pl

    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum())


def _placed(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells in the districts of their codes, where codes tell districts."""
    import polars as pl

    names = {code: text.ko for code, text in in_force().districts.items()}
    stems = pl.col("code").str.slice(0, len(next(iter(names))))
    told = (pl.col("code").str.len_chars() == in_force().neighbourhood.code_digits) & stems.is_in(
        [*names]
    )
    return cells.with_columns(
        pl.when(told).then(stems.replace(names)).otherwise("district").alias("district")
    )


def unknown(codes: Iterable[str]) -> list[str]:
    """Codes that are no neighbourhood's: of another length, or of no district."""
    dataset = in_force()
    digits = dataset.neighbourhood.code_digits
    if digits is None:
        return []
    stem = len(next(iter(dataset.districts)))
    return sorted(
        code for code in codes
        if code.isdigit() and (len(code) != digits or code[:stem] not in dataset.districts)
    )  # fmt: skip


def remarks(applied: Collection[Correspondence], codes: Iterable[str]) -> tuple[Text, ...]:
    """What the crosswalk did to a month, and codes that neither it nor the dataset knows."""
    found, name = [], in_force().neighbourhood.text.ko
    if applied:
        changed = {row.code for row in applied}
        told = [f"{row.code} → {row.to}" + (f" ({row.share:.0%})" if row.share < 1 else "")
                for row in applied]  # fmt: skip
        named = _named(told)
        found.append(Text(
            f"{name}코드 {len(changed)}개를 대조표로 바꾸었습니다: {named.ko}.",
            f"Codes changed by the crosswalk: {len(changed)} ({named.en}).",
        ))  # fmt: skip
    if strange := unknown(codes):
        named, digits = _named(strange), _digits()
        found.append(Text(
            f"알 수 없는 {name}코드 {len(strange)}개가 있어 다른 달과 이어지지 않습니다: "
            f"{named.ko}. {digits.ko} 코드의 파일을 쓰거나, 데이터 정의의 crosswalk.csv에 적으면 "
            "이어집니다.",
            f"Unknown codes, which do not join other months: {len(strange)} ({named.en}). Use a "
            f"file with codes of {digits.en} digits, or say what they are in crosswalk.csv of the "
            "dataset.",
        ))  # fmt: skip
    return tuple(found)


def _digits() -> Text:
    """The lengths of codes that the dataset knows."""
    lengths = {len(row.code) for row in in_force().crosswalk} | {
        in_force().neighbourhood.code_digits
    }
    known = [f"{length}" for length in sorted(filter(None, lengths))]
    return Text(", ".join(f"{one}자리" for one in known), " or ".join(known))


def _named(texts: list[str]) -> Text:
    more, first = len(texts) - NAMED, ", ".join(texts[:NAMED])
    return Text(
        first + (f" 외 {more}개" if more > 0 else ""),
        first + (f" and {more} more" if more > 0 else ""),
    )
