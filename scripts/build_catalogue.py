"""Merge the Korean texts of all pages into one catalogue and compile it: needs GNU gettext.

Each page keeps its texts in `locale/parts/<page>.po`; two pages may say the same words if they
say them alike. Run after a change: `python scripts/build_catalogue.py`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCALE = Path(__file__).parents[1] / "src" / "telads" / "web" / "locale"
CATALOGUE = LOCALE / "ko" / "LC_MESSAGES" / "django.po"
CONTRADICTION = "#-#-#-#-#"
"""How msgcat marks a message that its sources translate differently."""


def main() -> int:
    """Write django.po and django.mo; 1 if pages contradict each other."""
    parts = sorted(str(path) for path in (LOCALE / "parts").glob("*.po"))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    merged = subprocess.run(
        ["msgcat", "--no-location", "--sort-output", "--no-wrap", *parts],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    header, _, messages = merged.partition("\n\n")
    if CONTRADICTION in messages:
        sys.stderr.write(f"Pages translate a text differently, see {CONTRADICTION}:\n{messages}")
        return 1
    del header  # msgcat joins the parts' headers into one that is unreadable
    CATALOGUE.write_text(f"{HEADER}\n{messages}", encoding="utf-8")
    compiled = str(CATALOGUE.with_suffix(".mo"))
    subprocess.run(["msgfmt", "--check", "-o", compiled, str(CATALOGUE)], check=True)
    return 0


HEADER = """# Made by scripts/build_catalogue.py from locale/parts: change those.
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: ko\\n"
"Project-Id-Version: telads\\n"
"PO-Revision-Date: 2023-01-01 00:00+0900\\n"
"Last-Translator: telads\\n"
"Language-Team: Korean\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""

if __name__ == "__main__":
    sys.exit(main())
