"""The JSON contract: one schema for each question, shared by every door that answers in JSON."""

from __future__ import annotations

from typing import Any

from telads.catalog import SERVICE_IDS
from telads.model import AGES

NUMBER = {"type": "number"}
MAYBE = {"type": ["number", "null"]}
COUNT = {"type": "integer", "minimum": 0}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
MAYBE_SHARE = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
SERVICE = {"enum": list(SERVICE_IDS)}
SEGMENT = {
    "district": {"type": "string", "pattern": "구$"},
    "sex": {"enum": ["M", "F"]},
    "age": {"enum": list(AGES)},
}
RANK = {"type": "integer", "minimum": 1}
PEOPLE = {"type": "integer", "minimum": 50, "multipleOf": 10}
LABELS = {"type": "array", "items": {"enum": ["tie", "below_average", "local"]}}
CORRELATION = {"type": ["number", "null"], "minimum": -1, "maximum": 1}

_SERVICES = {
    "rank": RANK, "service": SERVICE, "usage": MAYBE, "affinity": MAYBE, "index": MAYBE,
    "index_low": MAYBE, "index_high": MAYBE, "change": MAYBE, "change_city": MAYBE,
    "change_local": MAYBE, "labels": LABELS,
}  # fmt: skip
_TARGETS = {
    "rank": RANK, **SEGMENT, "population": PEOPLE, "affinity": MAYBE, "index": MAYBE,
    "excess": MAYBE, "volume_share": MAYBE_SHARE, "cumulative_share": MAYBE_SHARE,
}  # fmt: skip
_PLATFORMS = {
    "rank": RANK, "service": SERVICE, "association": CORRELATION, "low": CORRELATION,
    "high": CORRELATION, "p_first": MAYBE_SHARE, "tie_group": {"type": ["integer", "null"]},
    "n_cells": COUNT,
}  # fmt: skip

ROWS: dict[str, dict[str, Any]] = {
    "services": _SERVICES,
    "services classic": {**_SERVICES, "weight": MAYBE, "z": MAYBE, "score": MAYBE},
    "targets": _TARGETS,
    "targets classic": {**_TARGETS, "z": MAYBE},
    "targets platforms": {**_TARGETS, "platforms": {"type": "array", "items": SERVICE}},
    "platforms": _PLATFORMS,
    "lookalike": {
        "rank": RANK, **SEGMENT, "population": PEOPLE, "distance": {"type": "number", "minimum": 0},
        "closest": SERVICE, "farthest": SERVICE,
    },
    "signals": {
        "signal": TEXT, "value": MAYBE, "se": MAYBE, "z_city": MAYBE, "z_peers": MAYBE,
        "coverage": MAYBE_SHARE,
    },
    "history": {
        "month": MONTH, "service": SERVICE, "usage": MAYBE, "affinity": MAYBE, "index": MAYBE,
        "rank": {"type": ["integer", "null"]},
    },
    "status": {
        "month": MONTH, "first": MONTH, "last": MONTH, "file": TEXT, "taken": TEXT, "rows": COUNT,
        "masked": COUNT, "coverage": SHARE, "synthetic": FLAG, "built": FLAG,
        "replaced": {"type": ["string", "null"]},
        "warnings_ko": {"type": "array", "items": TEXT},
        "warnings_en": {"type": "array", "items": TEXT},
    },
    "evaluate": {
        "part": {"enum": ["services", "platforms"]}, "recommender": TEXT, "measure": TEXT,
        "value": MAYBE, "low": MAYBE, "high": MAYBE, "ahead": MAYBE, "ahead_low": MAYBE,
        "ahead_high": MAYBE,
    },
}  # fmt: skip
"""The keys of a row, all of them always there, for each question and its variants."""


def schema(question: str) -> dict[str, Any]:
    """The JSON Schema of the answer to a question; `services classic` is a variant of one."""
    row = ROWS[question]
    about_a_month = question not in {"history", "status", "evaluate"}
    keys: dict[str, Any] = {
        "contract": {"const": 1},
        "question": {"const": question.split()[0]},
        "parameters": {"type": "object"},
        "month": MONTH if about_a_month else {"type": "null"},
        "window": {"type": "array", "items": MONTH, "minItems": 2, "maxItems": 2}
        if about_a_month
        else {"type": "null"},
        "method": {"enum": ["affinity", "classic"]},
        "build": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "synthetic": FLAG,
        "facts": {"type": "object"},
        "sentences": {"type": "array", "items": TEXT},
        "warnings": {"type": "array", "items": TEXT},
        "rows": {"type": "array", "minItems": 1, "items": _exactly(row)},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_exactly(keys)}


def _exactly(keys: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": keys,
        "required": list(keys),
        "additionalProperties": False,
    }
