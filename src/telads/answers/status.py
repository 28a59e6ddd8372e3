"""What the workspace holds: months, windows, coverage, warnings, and the build in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telads.answers.answer import Answer
from telads.tables import warnings
from telads.text import Text
from telads.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from telads.model import Month
    from telads.settings import Settings
    from telads.tables.ledger import Entry


_BUILT_WITH = ("floor", "forecast_phi")
"""Settings that a build's figures depend on: a change of one takes effect with the next build."""
_APPLY = Text("telads build를 실행하면 반영됩니다.", "Run telads build to apply it.")


def status(workspace: Workspace, settings: Settings | None = None) -> Answer:
    """The months of the workspace, taken in and built.

    Rows: month, first and last month observed, file, taken (when), rows, masked, coverage
    (share of values not masked), synthetic, built (whether the build in force holds this very
    file), replaced (SHA-256 of the file before it), warnings (list of texts in the order of the
    language's `Text`). An empty workspace has no rows. The answer's warnings name the `settings`
    that are not those of the build in force.
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


def changed_settings(workspace: Workspace, settings: Settings) -> Iterator[Text]:
    """The settings that were changed since the build in force was made, a sentence each."""
    about = workspace.build().about if workspace.build_name() else {}
    for setting in _BUILT_WITH:
        now, then = getattr(settings, setting), about.get(setting)
        if then is not None and now != then:
            variable = f"TELADS_{setting.upper()}"
            yield Text(
                f"{variable} 설정({now:g})이 지금 적용된 계산({then:g})과 다릅니다.",
                f"The setting {variable} is {now:g}, but the build in force was made with "
                f"{then:g}.",
            )


def _as_built(entries: Mapping[Month, Entry], built: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether the build holds the months that are in force and none that was taken back."""
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
