"""`telads media`: the catalogue from its examples to a medium that is added, changed, removed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.interpreter import telads


def test_media_from_examples_to_removal(tmp_path: Path) -> None:
    # A process of its own: Django takes one database for good.
    def media(*words: str) -> subprocess.CompletedProcess[str]:
        return telads(tmp_path / "workspace", "media", *words)

    def rows() -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(media("list", "--format", "json").stdout)[
            "rows"
        ]
        return found

    assert [row["example"] for row in rows()] == [True] * 3
    own = ("add", "네이버 GFA", "--service", "shopping", "--price")
    refused = media(*own, "4,500", "--minimum", "100만", "--maximum", "50만")
    assert refused.returncode == 2
    assert "500,000" in refused.stderr
    for wrong in (("--date", "soon"), ("--ceiling", "140%")):
        assert media(*own, "4,500", *wrong).returncode == 2
    assert media("remove", "네이버 GFA").returncode == 2
    made = media(*own, "4,500", "--maximum", "3천만", "--ceiling", "40%", "--date", "2023-09-01")
    assert made.returncode == 0, made.stderr
    assert made.stdout == "added: 네이버 GFA\n"
    assert rows() == [{
        "name": "네이버 GFA", "service": "shopping", "price": 4500, "minimum": 0,
        "cap": 30_000_000, "ceiling": 0.4, "priced": "2023-09-01", "note": "", "example": False,
    }]  # fmt: skip
    assert media(*own, "4,700").stdout == "changed: 네이버 GFA\n"
    assert "CPM 4,700 won" in media("list").stdout
    assert media("remove", "네이버 GFA").stdout == "removed: 네이버 GFA\n"
    assert [row["example"] for row in rows()] == [True] * 3
