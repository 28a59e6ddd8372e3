"""The site that `make docs` builds from the project's Markdown, with Sphinx.

Sources are all documents of the repository where they lie, so a link is the same in a
checkout and on the site. The order of the pages is that of the links in docs/index.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer
from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "telads"
language = "en"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md"]
exclude_patterns = [
    ".*",
    "bench",
    "build",
    "demo",
    "dist",
    "scripts",
    "src",
    "telads-data",
    "tests",
]
myst_heading_anchors = 4  # headings that a link may name, as on a code host

html_theme = "furo"
html_title = "telads"
html_copy_source = False
html_show_sphinx = False
html_search_language = "ko"


class Korean(SearchEnglish):
    """English, and every two syllables in a row of Korean words.

    Korean words carry particles and are written together, and the search of Sphinx looks into
    words for three letters or more only: without pairs 매체 would not find 매체는.
    """

    lang = "ko"

    def split(self, input: str) -> list[str]:
        """Return the words of a text, and the pairs of syllables in them."""
        words = super().split(input)
        hangul = (run for word in words for run in re.findall(r"[가-힣]{3,}", word))
        return words + [run[at : at + 2] for run in hangul for at in range(len(run) - 1)]


def contents(_: Sphinx, document: str, source: list[str]) -> None:
    """Give the index a table of contents for each of its sections, from the links in it."""
    if document != root_doc:
        return
    introduction, *sections = re.split(r"^## ", source[0], flags=re.MULTILINE)
    written = [introduction]
    for section in sections:
        caption = section.partition("\n")[0]
        pages = "\n".join(re.findall(r"\]\(([^)#:]+)\.md\)", section))
        written.append(
            f"## {section}\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n\n"
        )
    source[0] = "".join(written)


def setup(app: Sphinx) -> None:
    """Register what is above."""
    app.add_search_language(Korean)
    app.add_lexer("csv", TextLexer)  # Pygments has none; examples of files are shown as they are
    app.connect("source-read", contents)
