"""Audiences of several groups: any of them, less another; written to addresses and read back."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from telads.planning.questions import audience_answer
from telads.planning.rules import read_rules
from telads.store.workspace import Build
from telads.web.pages.audiences.forms import SECOND, Described, Wanted, described_from, described_of
from tests.web.document import assert_accessible, assert_nothing_inline, get

some = st.lists(st.sampled_from(["20", "30", "60"]), max_size=3, unique=True).map(sorted).map(tuple)
wanted = st.one_of(
    st.just(Wanted()),
    st.builds(
        lambda service, age, sex, where: Wanted(
            **service, age=age, sex=sex, **where
        ),
        st.sampled_from([{}, {"service": "game", "by": "index", "least": "105.5"},
                         {"signal": "subway_days", "z": "1"},
                         {"like_district": "강남구", "like_sex": "F", "like_age": "30",
                          "top": "3"}]),
        some, st.sampled_from([(), ("F",)]),
        st.sampled_from([{}, {"ages": ("20", "25")},
                         {"district": ("강남구", "중구"), "place": ("중구 가상중1동",)},
                         {"district": ("중구",), "place": ("중구 가상중1동", "중구 가상중2동")}]),
    ),
)  # fmt: skip
described = st.builds(
    Described, st.tuples(wanted, wanted, wanted), wanted, st.sampled_from(["", "neighbourhood"])
)


@given(described, st.sampled_from(["", SECOND]))
def test_an_address_says_what_was_described(audience: Described, which: str) -> None:
    query = QueryDict(mutable=True)
    for name, value in audience.query(which).items():
        query.setlist(name, value if isinstance(value, list) else [value])
    assert described_of(query, which).rules() == audience.rules()
    other = "" if which else SECOND
    assert described_of(query, other).nobody_asked


@given(described)
def test_rules_of_a_form_go_back_into_it(audience: Described) -> None:
    again = described_from(audience.rules())
    assert again is not None
    assert again.rules() == audience.rules()


def test_rules_that_no_form_can_say_are_left_alone() -> None:
    segment = {"district": "강남구", "sex": "F", "age": 30}
    for document in (
        {"include": [segment]},
        {"where": {"age": [20]}, "exclude": [segment]},
        {"where": {"all": [{"age": [20]}, {"age": [30]}]}},
        {"where": {"all": [{"signal": "subway_days", "value": 9}]}},
        {"where": {"any": [{"all": [{"age": [a]}]} for a in (20, 30, 40, 50)]}},
        {"where": {"all": [{"any": [{"age": [20]}, {"sex": ["F"]}]}]}},
        {"where": {"all": [{"all": [{"age": [20]}]}, {"not": {"any": [{"age": [20]}]}}]}},
    ):
        assert described_from(read_rules(document)) is None, document


def test_the_page_joins_groups_and_leaves_out(site: Client, twin_build: Build) -> None:
    def people(query: str) -> set[tuple[str, ...]]:
        page = get(site, f"/en/audiences/?{query}&rows=audience")
        assert_nothing_inline(page)
        rows = page.one("section", class_="audience").all("details", class_="table-fold")[-1]
        return {tuple(cell.text for cell in (*row.all("th"), *row.all("td"))[:3])
                for row in rows.one("tbody").all("tr")}  # fmt: skip

    young, women = people("age=20"), people("sex=F")
    assert people("age=20&sex_or=F") == young | women
    assert people("age=20&sex_not=F") == young - women
    thirty, gangnam = people("age=30"), people("district=강남구")
    assert people("age=20&age_or_too=30&district_not=강남구") == (young | thirty) - gangnam
    assert people("sex_not=F") == people("service=") - women


def test_a_group_that_says_something_is_open(site: Client) -> None:
    page = get(site, "/audiences/?age=20&sex_or=F&age_not2=30")
    opened = [one.attributes.keys() >= {"open"} for one in page.all("details", class_="advanced")]
    assert opened == [True, False, False, True, False, False, True]
    assert_accessible(page)


def test_an_audience_that_is_all_left_out_is_refused(site: Client) -> None:
    assert (
        "너무 적어" in get(site, "/audiences/?age=20&age_not=20").one("section", id="result").text
    )


def test_rules_hold_no_more_than_they_say() -> None:
    alone: dict[str, Any] = Described((Wanted(age=("20",)), Wanted(), Wanted())).rules().document()
    assert alone["where"] == {"all": [{"age": [20]}]}


def test_the_neighbourhoods_of_a_chosen_district_can_be_chosen(
    site: Client, twin_build: Build
) -> None:
    closed = get(site, "/audiences/?sex=F")
    assert "가상관악1동" not in closed.text
    page = get(site, "/audiences/?sex=F&ages=20&ages=25&district=관악구&district=중구"
               "&place=관악구 가상관악1동&place=관악구 가상관악2동")  # fmt: skip
    ticked = [one for one in page.all("input", name="place") if "checked" in one.attributes]
    names = [one.attributes["value"] for one in ticked]
    assert names == [
        "관악구 가상관악1동",
        "관악구 가상관악2동",
    ]
    rows = audience_answer(twin_build, described_of(QueryDict(
        "sex=F&ages=20&ages=25&district=관악구&district=중구&place=관악구 가상관악1동"
        "&place=관악구 가상관악2동")).rules()).rows  # fmt: skip
    assert rows["neighbourhood"].to_list() == ["가상관악1동", "가상관악2동", None]
    assert f"{rows['population'].sum():,}" in page.text
    assert_accessible(page)
    assert_nothing_inline(page)
    exchanged = site.get(
        "/audiences/?sex=F&district=관악구", headers={"HX-Request": "true", "HX-Target": "result"}
    ).content.decode()
    assert 'id="places"' in exchanged
    assert "가상관악21동" in exchanged
