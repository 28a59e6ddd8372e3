"""A page as a tree, so that tests read what stands where, not how it is spelt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from django.test import Client

EMPTY = {"meta", "link", "input", "br", "img", "hr"}


@dataclass(eq=False)
class Element:
    """An element with its attributes, its children, and the text between them.

    Equal is the same element alone, not one that is spelt alike elsewhere on the page.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, white space folded."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    def __iter__(self) -> Iterator[Element]:
        """The element and all inside it, in the order of the page."""
        left = [self]
        while left:
            yield (one := left.pop())
            left += [child for child in reversed(one.children) if isinstance(child, Element)]

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Elements of a tag; `class_` names one class, other attributes their whole value."""
        style = attributes.pop("class_", "")
        found = [one for one in self if one.tag == tag] if tag else list(self)
        if style:
            found = [one for one in found if style in one.attributes.get("class", "").split()]
        for name, value in attributes.items():
            found = [one for one in found if one.attributes.get(name) == value]
        return found

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"<{self.open[-1].tag}> is closed by </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(text: str) -> Element:
    """The tree of a page; fails where elements overlap or stay open."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> stays open"
    return reader.open[0]


def get(
    site: Client, address: str, status: int = 200, headers: dict[str, str] | None = None
) -> Element:
    """The tree of the page at an address."""
    response = site.get(address, headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    return read(response.content.decode())


def faults(page: Element) -> dict[str, str]:
    """What is wrong with a form, by field: shown below it and above the form, with a link to it."""
    marked = [one for one in page if one.attributes.get("aria-invalid") == "true"]
    told = page.one(role="alert")
    links = [link.attributes["href"] for link in told.all("a")]
    assert links == [f"#{one.attributes['id']}" for one in marked]
    found = {}
    for one in marked:  # help comes first, then what is wrong
        *_, text = [page.one(id=id).text for id in one.attributes["aria-describedby"].split()]
        found[one.attributes["name"]] = text
    assert all(text and text in told.text for text in found.values())
    return found


HTMX = {"HX-Request": "true", "HX-Target": "result"}
"""What htmx says when it asks for the result of a changed choice."""


def assert_accessible(page: Element) -> None:
    """Checks of the markup: labels, captions, headings in order, named pictures."""
    labelled = {one for label in page.all("label") for one in label}
    for one in page.all("select") + page.all("input"):
        assert one.attributes.get("type") == "hidden" or one in labelled, one
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(head.attributes.get("scope") in {"col", "row"} for head in table.all("th"))
    levels = [int(one.tag[1]) for one in page if one.tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    for picture in page.all("svg"):
        named = picture.attributes.keys() & {"aria-label", "aria-labelledby"}
        hidden = picture.attributes.get("aria-hidden") == "true"
        role = "group" if picture.all("a") else "img"
        assert hidden or (picture.attributes.get("role") == role and named), picture.attributes
    ids = [one.attributes["id"] for one in page if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert page.all(role="status")


def exact_hero(page: Element) -> str:
    """The exact number behind the rounded one that a page is opened for."""
    return page.all("div", class_="hero")[0].all("span")[0].attributes["title"]


def assert_nothing_inline(page: Element) -> None:
    """No style and no script that the policy would refuse."""
    for one in page:
        assert "style" not in one.attributes, one.tag
        assert not [name for name in one.attributes if name.startswith("on")], one.attributes
        assert one.tag != "style"
        assert one.tag != "script" or one.attributes.get("src")
