"""CSV files beside the answers they hold."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Any


def assert_rows(content: bytes, answers: Sequence[dict[str, Any]]) -> None:
    """The rows are those of the answers, figures to the last digit, each marked as synthetic."""
    assert content.startswith(codecs.BOM_UTF8), "by which Excel knows UTF-8"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    for row, answer in zip(rows, answers, strict=True):
        assert row.pop("synthetic") == "true"
        assert row.keys() == answer.keys()
        for name, value in answer.items():
            if isinstance(value, float):
                assert float(row[name]) == value
            elif isinstance(value, bool):
                assert row[name] == str(value).lower()
            else:
                flat = "|".join(value) if isinstance(value, list) else value
                assert row[name] == ("" if flat is None else str(flat))
