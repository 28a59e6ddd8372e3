"""What telads shows and writes is what it was, but where a commit says otherwise.

A difference is declared: `make fingerprint` renews the committed lines, and the commit's message
says what has changed and why.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fingerprint import FILES, fingerprint
from tests.fingerprint.prints import Prints

pytestmark = [pytest.mark.slow, pytest.mark.quick]
SHOWN = 40
"""Differing lines that are listed one by one."""


def by_name(lines: str) -> dict[str, str]:
    """The hashes of a fingerprint by the names of what they are of."""
    parted = (line.partition("  ") for line in lines.splitlines())
    return {name: of for of, _, name in parted}


def differences(known: str, found: str) -> list[str]:
    """The names that are new, gone or of something else, a line each; the order is checked too."""
    before, now = by_name(known), by_name(found)
    told = [
        f"{'new' if name not in before else 'gone' if name not in now else 'changed'}: {name}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    return told or ([] if known == found else ["the lines are in another order"])


def check(name: str, data: Path | None) -> None:
    """Fail with the lines that differ from the committed ones."""
    told = differences(FILES[name].read_text("utf-8"), fingerprint(data))
    if told:
        more = [f"... and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
        pytest.fail("\n".join([
            f"{len(told)} lines of tests/{FILES[name].name} differ:", *told[:SHOWN], *more,
            "Where that is meant, `make fingerprint` renews the file, and the commit says why.",
            "What was hashed: python -m tests.fingerprint --texts FOLDER, before and after.",
        ]), pytrace=False)  # fmt: skip


def test_the_twin_s() -> None:
    check("twin", None)


@pytest.mark.seoul
def test_the_real_months(seoul: Path) -> None:
    check("seoul", seoul)


def test_differences_are_told_by_name() -> None:
    known = f"{'0' * 64}  a b\n{'1' * 64}  c\n{'2' * 64}  d\n"
    found = f"{'0' * 64}  a b\n{'3' * 64}  c\n{'2' * 64}  e  f\n"
    assert differences(known, known) == []
    assert differences(known, found) == ["changed: c", "gone: d", "new: e  f"]
    assert differences(known, "".join(sorted(known.splitlines(True), reverse=True))) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.12345678901234567", "0.12345678901234444"),  # digits on which machines differ
        ("build 5333b18051a88cb9", "build 0a33b18051a88cb9"),
        ("2026-01-01T10:11:12+09:00", "2025-12-31 23:11:12.5Z"),
        ("at 2026-01-01", "at 2025-12-31"),
        ("/tmp/a/x.csv", "FOLDER/x.csv"),
    ],
)
def test_what_may_differ(one: str, other: str) -> None:
    prints = Prints({"/tmp/a": "FOLDER"}, None)
    assert prints.plain(one) == prints.plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1234567891", "0.1234567892"),
        ("1.123456789012", "1.123456799012"),
        ("2023-06", "2023-07"),
        ("9,876,543", "9,876,544"),
        ("1234567890123456", "1234567890123457"),  # no hash: it has no letter
        ("강남구", "강동구"),
    ],
)
def test_what_may_not(one: str, other: str) -> None:
    prints = Prints({}, None)
    assert prints.plain(one) != prints.plain(other)
