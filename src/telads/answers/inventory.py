"""Inventory: the months of a workspace, and what its build holds.

Months with windows, coverage and warnings; segments with their measures; measures; districts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from telads.answers.answer import Answer
from telads.answers.choices import Filters, filtered
from telads.answers.rows import Rows
from telads.answers.sentences import of_patterns
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
    from telads.store.ledger import Ledger


_BUILT_WITH = ("floor", "forecast_phi")
"""Settings that figures of a build depend on; changes take effect with the next build."""
_APPLY = Text("telads build를 실행하면 반영됩니다.", "Run telads build to apply it.")


def status(workspace: Store, settings: Settings | None = None) -> Answer:
    """List the files of the months of the workspace, ingested and built.

    Rows: month, first and last month observed, file, second (id of the second file of the month
    that it is, null for the month's own), taken (when), rows, masked, coverage
    (share of values not masked), synthetic, built (whether the build in force holds this exact
    file), replaced (SHA-256 of the file before it), warnings (list of texts in the order of the
    language's `Text`). An empty workspace has no rows. Warnings of the answer list `settings` that
    differ from the build in force's, and a build made by another version.
    """
    ledger = workspace.ledger()
    entries = ledger.current()
    name = workspace.build_name()
    build = workspace.build() if name else None
    built = build.about["files"] if build else {}
    remarks = warnings.by_month(entries)
    for month in entries:
        if build and str(month) in built:
            told = of_patterns(build.patterns(month), build.about["services"])
            remarks[month] = (*remarks[month], *told)
    files = [
        (month, "", entry, built.get(str(month), {}).get("cells"), remarks[month])
        for month, entry in entries.items()
    ] + [
        (month, id, entry, built.get(str(month), {}).get("second", {}).get(id), entry.warnings)
        for (month, id), entry in ledger.second().items()
    ]
    rows = [
        {
            "month": str(month),
            "first": str(month.window.first),
            "last": str(month.window.last),
            "file": entry.file,
            "second": second or None,
            "taken": entry.taken,
            "rows": entry.rows,
            "masked": entry.masked,
            "coverage": entry.coverage,
            "synthetic": entry.synthetic,
            "built": held == entry.cells,
            "replaced": entry.replaced,
            "warnings_ko": [remark.ko for remark in of],
            "warnings_en": [remark.en for remark in of],
        }
        for month, second, entry, held, of in sorted(files, key=lambda file: file[:2])
    ]
    return Answer(
        question="status",
        parameters={},
        month=None,
        method="affinity",
        build=name or "",
        synthetic=any(entry.synthetic for entry in entries.values()),
        rows=Rows.of_records(rows, _STATUS),
        facts={"current": _as_built(ledger, built) and bool(name)},
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


def _as_built(ledger: Ledger, built: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether the build holds exactly the files of the months in force."""
    months = ledger.current()
    now: dict[str, tuple[str, dict[str, str]]] = {
        str(month): (entry.cells, {}) for month, entry in months.items()
    }
    for (month, id), entry in ledger.second().items():
        if month in months and id in in_force().files.second:
            now[str(month)][1][id] = entry.cells
    return now == {month: (file["cells"], file.get("second", {})) for month, file in built.items()}


_STATUS = {
    **dict.fromkeys(("month", "first", "last", "file", "second", "taken"), "String"),
    "rows": "Int64",
    "masked": "Int64",
    "coverage": "Float64",
    "synthetic": "Boolean",
    "built": "Boolean",
    "replaced": "String",
    "warnings_ko": "List(String)",
    "warnings_en": "List(String)",
}
"""Types of the columns of `status`."""


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
