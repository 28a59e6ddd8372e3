"""Inventory: the months of a workspace, and what its build holds.

Months with windows, coverage and warnings; segments with their measures; measures; districts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.choices import Filters, filtered
from telads.answers.tables import districts as known_districts
from telads.answers.tables import of_month
from telads.dataset import in_force
from telads.model import Month, Sex
from telads.store import warnings
from telads.store.workspace import Build, Store
from telads.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from telads.model import Month
    from telads.settings import Settings
    from telads.store.ledger import Entry


_BUILT_WITH = ("floor", "forecast_phi")
"""Settings that figures of a build depend on; changes take effect with the next build."""
_APPLY = Text("telads build를 실행하면 반영됩니다.", "Run telads build to apply it.")


def status(workspace: Store, settings: Settings | None = None) -> Answer:
    """List the months of the workspace, ingested and built.

    Rows: month, first and last month of the period, file, taken (when), rows, masked, coverage
    (share of values not masked), synthetic, built (whether the build in force holds this exact
    file), replaced (SHA-256 of the file before it), warnings (list of texts in the order of the
    language's `Text`). An empty workspace has no rows. Warnings of the answer list `settings` that
    differ from the build in force's, and a build made by another version.
    """
    import polars as pl

    entries = workspace.ledger().current()
    name = workspace.build_name()
    about = workspace.build().about if name else {}
    built = about.get("files", {})
    remarks = warnings.by_month(entries)
    rows = [
        {
            "month": str(month),
            "first": str(month.window.first),
            "last": str(month.window.last),
            "file": entry.file,
            "taken": entry.taken,
            "rows": entry.rows,
            "masked": entry.masked,
            "coverage": entry.coverage,
            "synthetic": entry.synthetic,
            "built": built.get(str(month), {}).get("cells") == entry.cells,
            "replaced": entry.replaced,
            "warnings_ko": [remark.ko for remark in remarks[month]],
            "warnings_en": [remark.en for remark in remarks[month]],
        }
        for month, entry in entries.items()
    ]
    return Answer(
        question="status",
        parameters={},
        month=None,
        method="affinity",
        build=name or "",
        synthetic=any(entry.synthetic for entry in entries.values()),
        rows=pl.DataFrame(rows, schema=_schema(), orient="row"),
        facts={"current": _as_built(entries, built) and bool(name)},
        warnings=tuple(
            Text(f"{one.ko} {_APPLY.ko}", f"{one.en} {_APPLY.en}")
            for one in (changed_settings(workspace, settings) if settings else ())
        ),
    )


def changed_settings(workspace: Store, settings: Settings) -> Iterator[Text]:
    """Yield a sentence for each change since the build in force: version, settings."""
    about = workspace.build().about if workspace.build_name() else {}
    if about and not workspace.build().is_current:
        yield Text("지금 적용된 데이터 버전은 다른 버전의 telads가 만든 것이어서 물을 수 없습니다.",
                   "The current data version was made by another version of telads and cannot be "
                   "used.")  # fmt: skip
    for setting in _BUILT_WITH:
        now, then = getattr(settings, setting), about.get(setting)
        if then is not None and now != then:
            variable = f"TELADS_{setting.upper()}"
            yield Text(
                f"{variable} 설정({now:g})이 지금 적용된 데이터 버전({then:g})과 다릅니다.",
                f"The setting {variable} is {now:g}, but the current data version was made with "
                f"{then:g}.",
            )


def _as_built(entries: Mapping[Month, Entry], built: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether the build holds exactly the months in force."""
    return {str(month): entry.cells for month, entry in entries.items()} == {
        month: file["cells"] for month, file in built.items()
    }


def _schema() -> dict[str, pl.DataType | type[pl.DataType]]:
    import polars as pl

    texts = ("month", "first", "last", "file", "taken")
    return {
        **dict.fromkeys(texts, pl.String),
        "rows": pl.Int64,
        "masked": pl.Int64,
        "coverage": pl.Float64,
        "synthetic": pl.Boolean,
        "built": pl.Boolean,
        "replaced": pl.String,
        "warnings_ko": pl.List(pl.String),
        "warnings_en": pl.List(pl.String),
    }


def segments(
    build: Build,
    month: Month,
    district: str | None = None,
    sex: Sex | None = None,
    age: int | None = None,
) -> Answer:
    """List the segments of a month, with the same figures as `export segments`.

    Rows: district, sex, age, population (rounded to 10), n_cells, then each measure's mean over
    people (in its unit, see `measures`) and its coverage (0..1); sorted by district, sex, age.
    """
    import polars as pl

    filters = Filters(district, sex, age)
    key = ["district", "sex", "age"]
    rows = filtered(of_month(build, "segments", month), filters).sort(key)
    return Answer(
        question="segments",
        parameters=filters._asdict(),
        month=month,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows.select(*key, pl.exclude("month", *key)),
        warnings=build.warnings(month),
    )


def months(build: Build) -> Answer:
    """List the label months of the build.

    Rows: month, first and last month of the period, synthetic, warnings_ko and warnings_en.
    """
    import polars as pl

    texts = pl.List(pl.String)
    rows = [
        {
            "month": str(month),
            "first": str(month.window.first),
            "last": str(month.window.last),
            "synthetic": bool(build.about["files"][str(month)]["synthetic"]),
            "warnings_ko": [warning.ko for warning in build.warnings(month)],
            "warnings_en": [warning.en for warning in build.warnings(month)],
        }
        for month in build.months
    ]
    schema = {"warnings_ko": texts, "warnings_en": texts}
    return _list(build, "months", pl.DataFrame(rows, schema_overrides=schema))


def measures(build: Build) -> Answer:
    """List the measures of the build's segments.

    Rows: measure (its id), name_ko, name_en, unit_ko, unit_en, kind (`index`: no ratios), topic.
    """
    import polars as pl

    from telads.answers.pictures import measure_of
    from telads.answers.pictures import measures as known_measures

    found = [measure_of(build, id) for id in known_measures(build)]
    rows = [
        {
            "measure": measure.id,
            "name_ko": measure.text.ko,
            "name_en": measure.text.en,
            "unit_ko": measure.unit.ko,
            "unit_en": measure.unit.en,
            "kind": in_force().currency.id if measure.kind == "money" else measure.kind,
            "topic": measure.topic,
        }
        for measure in found
    ]
    return _list(build, "measures", pl.DataFrame(rows))


def districts(build: Build) -> Answer:
    """List the districts of the build: rows district, name_ko, name_en."""
    import polars as pl

    rows: list[Mapping[str, Any]] = [
        {"district": name, "name_ko": name, "name_en": in_force().district_name(name, "en")}
        for name in known_districts(build)
    ]
    return _list(build, "districts", pl.DataFrame(rows))


def _list(build: Build, question: str, rows: pl.DataFrame) -> Answer:
    return Answer(
        question=question,
        parameters={},
        month=None,
        method="affinity",
        build=build.name,
        synthetic=build.synthetic,
        rows=rows,
    )
