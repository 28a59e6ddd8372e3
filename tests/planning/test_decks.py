"""Decks: nothing overflows, every figure is the plan's, charts and shapes are PowerPoint's own."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pptx
import pytest
from PIL import ImageFont
from pptx.enum.shapes import MSO_SHAPE_TYPE as KIND
from pypdf import PdfReader

from telads.planning import paper
from telads.planning.brief import read_brief
from telads.planning.comparison import Comparison, compare, compare_plans
from telads.planning.decks.comparison import comparison_deck
from telads.planning.decks.plan import plan_deck
from telads.planning.decks.scenarios import Scenario, scenarios_deck
from telads.planning.files import figure_title, figures_of
from telads.planning.plan import Plan, curve, draft, make_plan, read_plan
from telads.planning.sentences import plan_sentences
from telads.render.deck import powerpoint
from telads.render.deck.amounts import money, scale_of
from telads.render.deck.paper import write as write_pdf
from telads.render.deck.slides import Deck
from telads.render.svg.fonts import korean_font
from telads.store.workspace import Build
from telads.text import LANGUAGES, Lang
from tests.paper import pages_of
from tests.tools import LIBREOFFICE, too_large

EMU, POINT = 914_400, 1 / 72
BOLD = 1.06
"""Width of bold letters of the font, of which one weight is installed."""
LONG = "아주 길고 긴 이름의 매체 한정판 첫 화면 전면 광고와 다음 화면 배너"


def platforms(*services: str, **more: Any) -> list[dict[str, Any]]:
    return [{"service": name, "price": 3000 + 700 * at, **more}
            for at, name in enumerate(services)]  # fmt: skip


EIGHT = [
    {"service": service, "name": f"{LONG} {at}" if at % 2 else f"매체 {at}",
     "price": 2500 + 400 * at,
     "minimum": 2_000_000, "cap": 40_000_000}
    for at, service in enumerate(
        ("youtube", "youtube", "netflix", "game", "game", "finance", "video", "delivery"))
]  # fmt: skip
BRIEFS: dict[str, dict[str, Any]] = {
    "one group": {
        "audience": {"include": [{"district": "관악구", "sex": "F", "age": 20}]},
        "service": "delivery", "budget": 3_000_000, "platforms": platforms("youtube", "game")},
    "all groups": {
        "audience": {"where": {"age": [20, 30, 40, 50, 60, 70]}}, "service": "finance",
        "budget": 300_000_000, "platforms": platforms("youtube", "game", "shopping")},
    "one platform": {
        "audience": {"where": {"service": "delivery", "affinity": 0.5}}, "service": "delivery",
        "budget": 20_000_000, "platforms": platforms("youtube")},
    "eight platforms": {
        "audience": {"where": {"all": [{"sex": "F"}, {"age": [20, 30, 40]}]}},
        "service": "shopping", "budget": 120_000_000, "platforms": EIGHT},
    "saturated": {
        "audience": {"where": {"all": [{"district": ["마포구", "서대문구"]}, {"age": [20]}]}},
        "service": "delivery", "budget": 100_000_000,
        "platforms": platforms("game", "shopping", ceiling=0.6)},
    "an index": {
        "audience": {"where": {"service": "youtube", "affinity": 0.3}}, "service": "youtube",
        "budget": 1_000_000_000, "objective": "affinity",
        "platforms": platforms("netflix", "game", "video", cap=900_000_000)},
    "nobody": {
        "audience": {"where": {"age": [20]}}, "service": "delivery", "budget": 10,
        "platforms": [{"service": "game", "price": 100_000}]},
}  # fmt: skip
FORMER = "of an earlier version"
NAMES = (*BRIEFS, FORMER)
_made: dict[str, Plan] = {}


@pytest.fixture(params=NAMES)
def plan(request: pytest.FixtureRequest, twin_build: Build) -> Plan:
    return made(request.param, twin_build)


def made(name: str, build: Build) -> Plan:
    """A plan of a brief, made once."""
    if name not in _made:
        if name == FORMER:
            text = (Path(__file__).parent / "former_plan.json").read_text("utf-8")
            _made[name] = read_plan(json.loads(text))
        else:
            _made[name] = make_plan(build, read_brief({"name": f"가을 {name}", **BRIEFS[name]}))
    return _made[name]


_compared: dict[str, Comparison] = {}


def compared(name: str, build: Build) -> Comparison:
    """A comparison by its name, made once."""
    if name not in _compared:
        _compared[name] = comparison(name, build)
    return _compared[name]


def comparison(name: str, build: Build) -> Comparison:
    """A plan of an earlier month on the newest, on its own month, or with another brief."""
    plan = made("one platform", build)
    if name == "nothing changed":
        return compare(plan, build)
    if name == "another brief":
        return compare_plans(plan, made("eight platforms", build), build)
    if name == "parts left":
        return compare_plans(made("all groups", build), made("saturated", build), build)
    return compare(make_plan(build, replace(plan.brief, month=build.months[0])), build)


COMPARED = ("a newer month", "nothing changed", "another brief", "parts left")


_beside: list[Scenario] = []


def beside(build: Build, count: int) -> list[Scenario]:
    """The first scenarios, made once."""
    if not _beside:
        _beside.extend(scenarios(build))
    return _beside[:count]


def scenarios(build: Build) -> list[Scenario]:
    """Scenarios of very different plans, the last with a long name."""
    names = ("eight platforms", "one group", "all groups")
    briefs = [made(name, build).brief for name in names]
    return [
        Scenario(letter, LONG if letter == "C" else "", draft(build, brief),
                 curve(build, brief, 150_000_000).budgets)
        for letter, brief in zip("ABC", briefs, strict=True)
    ]  # fmt: skip


_slides: dict[tuple[str, Lang], Any] = {}


def slides_of(of: Plan | Comparison, lang: Lang) -> Any:
    """The presentation of a plan's or comparison's deck, written and opened once."""
    named = of.hash if isinstance(of, Plan) else f"{of.before.hash} {of.now.hash}"
    if (named, lang) not in _slides:
        deck = plan_deck(of, lang) if isinstance(of, Plan) else comparison_deck(of, lang)
        _slides[named, lang] = opened(deck)
    return _slides[named, lang]


def opened(deck: Deck) -> Any:
    return pptx.Presentation(io.BytesIO(powerpoint.write(deck)))


@cache
def font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(korean_font(), round(size * 20))


def inches(text: str, size: float, bold: bool) -> float:
    """Width of a text by the metrics of the font itself, not by those of the layout."""
    return font(size).getlength(text) / 20 * POINT * (BOLD if bold else 1)


def lines_of(frame: Any) -> Iterator[tuple[float, float, str]]:
    """Width, height and text of each line of a text frame."""
    for paragraph in frame.paragraphs:
        wide, text, size = 0.0, "", 0.0
        for element in paragraph._p:
            if element.tag.endswith("}br"):
                yield wide, paragraph.line_spacing.pt * POINT, text
                wide, text = 0.0, ""
            elif element.tag.endswith("}r"):
                run = next(one for one in paragraph.runs if one._r is element)
                size = run.font.size.pt
                wide += inches(run.text, size, bool(run.font.bold))
                text += run.text
        yield wide, (paragraph.line_spacing.pt if paragraph.line_spacing else size) * POINT, text


def overflows(presentation: Any) -> list[str]:
    """What does not fit, in words."""
    found = []
    wide, high = presentation.slide_width / EMU, presentation.slide_height / EMU
    for number, slide in enumerate(presentation.slides, start=1):
        for shape in slide.shapes:
            left, top = shape.left / EMU, shape.top / EMU
            width, height = shape.width / EMU, shape.height / EMU
            if left < -0.01 or top < -0.01 or left + width > wide + 0.01 or top + height > high:
                found.append(f"{number}: {shape.name} leaves the slide")
            if shape.has_text_frame and shape.text_frame.text and not shape.is_placeholder:
                lines = list(lines_of(shape.text_frame))
                found += [f"{number}: {text} ({line:.2f} > {width:.2f})"
                          for line, _, text in lines if line > width + 0.01]  # fmt: skip
                if sum(one for _, one, _ in lines) > height + 0.02:
                    found.append(f"{number}: too many lines in {shape.name}: {lines[0][2]}")
            if shape.shape_type == KIND.TABLE:
                found += [f"{number}: {one}" for one in wide_cells(shape.table)]
                if top + sum(row.height for row in shape.table.rows) / EMU > 6.95:
                    found.append(f"{number}: the table is too long")
            if shape.shape_type == KIND.CHART and shape.chart.plots[0].categories:
                room = layout(shape.chart)["x"] * width
                size = shape.chart.font.size.pt
                found += [f"{number}: label {name}" for name in shape.chart.plots[0].categories
                          if inches(name, size, False) > room]  # fmt: skip
        title = slide.shapes.title
        told = list(lines_of(title.text_frame))
        if len(told) > 2 or any(line > title.width / EMU for line, _, _ in told):
            found.append(f"{number}: title {title.text_frame.text}")
    return found


def wide_cells(table: Any) -> list[str]:
    found = []
    for row in table.rows:
        for cell, column in zip(row.cells, table.columns, strict=True):
            for line, high, text in lines_of(cell.text_frame):
                room = (column.width - cell.margin_left - cell.margin_right) / EMU
                if line > room + 0.005:
                    found.append(f"cell {text} ({line:.2f} > {room:.2f})")
                if high > row.height / EMU + 0.02:
                    found.append(f"cell {text} is higher than its row")
    return found


def layout(chart: Any) -> dict[str, float]:
    """The inner plot area in shares of the chart."""
    element = chart._chartSpace.chart.plotArea.find(".//{*}manualLayout")
    return {one.tag.partition("}")[2]: float(one.get("val")) for one in element
            if one.get("val")[:1].isdigit()}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_overflows(plan: Plan, lang: Lang) -> None:
    assert not overflows(slides_of(plan, lang))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMPARED)
def test_nothing_of_a_comparison_overflows(twin_build: Build, name: str, lang: Lang) -> None:
    assert not overflows(slides_of(compared(name, twin_build), lang))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_nothing_of_scenarios_overflows(twin_build: Build, count: int, lang: Lang) -> None:
    assert not overflows(opened(scenarios_deck(twin_build, beside(twin_build, count), lang)))


@pytest.mark.parametrize("name", COMPARED)
def test_a_comparison_begins_with_its_verdict(twin_build: Build, name: str) -> None:
    found = compared(name, twin_build)
    for lang in LANGUAGES:
        slides = list(slides_of(found, lang).slides)
        title = slides[0].shapes.title.text_frame.text
        if found.same:
            assert title.startswith({"ko": "달라진 것이 없습니다", "en": "Nothing changes"}[lang])
            assert len(slides) == 2, "nothing to show but the platforms"
        else:
            assert f"{found.moved_share:.1%}" in title
        notes = slides[0].notes_slide.notes_text_frame.text
        assert f"{found.moved:,}" in notes
        for sentence in found.sentences():
            assert sentence(lang) in notes
        for plan in (found.before, found.now):
            assert plan.hash in notes
        tables = [shape.table for slide in slides for shape in slide.shapes if shape.has_table]
        cells = {cell.text_frame.text for one in tables for row in one.rows for cell in row.cells}
        for row in found.platforms:
            assert f"{row['spend_before']:,}" in cells
            assert f"{row['spend_now']:,}" in cells
    if name == "a newer month":
        (chart,) = charts(slides[1])
        changes = [row["spend_now"] - row["spend_before"] for row in found.segments]
        largest = sorted(sorted(filter(None, changes), key=abs, reverse=True)[:10], reverse=True)
        divisor = scale_of(largest, "en").divisor
        assert list(chart.plots[0].series[0].values) == [one / divisor for one in largest]


def test_scenarios_hold_the_figures_of_their_drafts(twin_build: Build) -> None:
    found = beside(twin_build, 3)
    slides = opened(scenarios_deck(twin_build, found)).slides
    sums = [one.draft.summary for one in found]
    divisor = scale_of([one["reached"] for one in sums], "ko").divisor
    reach, thrice = charts(slides[0])[0].plots[0].series
    assert list(reach.values) == [one["reached"] / divisor for one in sums]
    assert list(thrice.values) == [one["reached_3"] / divisor for one in sums]
    notes = slides[0].notes_slide.notes_text_frame.text
    for one in sums:
        assert f": {one['reached']}\n" in notes
    curves = charts(slides[1])[0].plots[0].series
    assert [len(list(one.values)) for one in curves] == [len(one.budgets) for one in found]
    shapes = [one for one in slides[2].shapes if one.shape_type == KIND.FREEFORM]
    assert len([one for one in shapes if "구" in one.name]) >= 75


def test_other_decks_give_the_same_bytes(twin_build: Build) -> None:
    def decks() -> list[Deck]:
        return [
            comparison_deck(comparison("another brief", twin_build)),
            scenarios_deck(twin_build, scenarios(twin_build), "en"),
        ]

    one, other = decks(), decks()
    for write in (powerpoint.write, write_pdf):
        assert [*map(write, one)] == [*map(write, other)]


def test_what_overflows_is_found(twin_build: Build) -> None:
    presentation = opened(plan_deck(made("one platform", twin_build)))
    shape = next(one for one in presentation.slides[0].shapes if one.name == "source")
    shape.width = shape.width // 3
    assert overflows(presentation)


def test_the_slides_say_what_the_plan_holds(plan: Plan) -> None:
    """In both languages: the amounts of the summary, and five claims that are sentences."""
    sums = plan.result.summary
    for lang in LANGUAGES:
        presentation = slides_of(plan, lang)
        titles = [slide.shapes.title.text_frame.text for slide in presentation.slides]
        assert money(sums["budget"], lang) in titles[0].replace("\v", " ")
        if lang == "ko":
            assert all(re.search("(니다|다)$", one) for one in titles[:5]), titles
        notes = presentation.slides[0].notes_slide.notes_text_frame.text
        for name in figures_of(plan):
            told = f"{figure_title(plan, name, lang)}: {paper.total(name, sums[name], lang)}"
            assert told in notes
        for slide in presentation.slides:
            assert plan.hash in slide.notes_slide.notes_text_frame.text
            assert plan.hash[:8] not in " ".join(map(repr, texts(slide)))


def texts(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def charts(slide: Any) -> list[Any]:
    return [one.chart for one in slide.shapes if one.has_chart]


def test_charts_hold_the_figures_of_the_plan(plan: Plan) -> None:
    presentation = slides_of(plan, "ko")
    result = plan.result
    districts = paper_districts(plan)
    shown = [row["spend"] for row in districts][:12]
    scale = scale_of([row["spend"] for row in districts], "ko")
    found = charts(presentation.slides[2])
    if len([one for one in districts if one["spend"]]) > 1:
        assert list(found[0].plots[0].series[0].values) == [one / scale.divisor for one in shown]
    spends = sorted((row["spend"] for row in result.platforms), reverse=True)
    scale = scale_of(spends, "ko")
    values = list(charts(presentation.slides[3])[0].plots[0].series[0].values)
    assert values == [one / scale.divisor for one in spends]
    if len(result.budgets) > 2:
        curve = charts(presentation.slides[3])[1].plots[0].series
        reached = next(one for one in curve if one.name == "1회 이상")
        divisor = scale_of([row["reached"] for row in result.budgets], "ko").divisor
        assert list(reached.values) == [row["reached"] / divisor for row in result.budgets]


def paper_districts(plan: Plan) -> Sequence[dict[str, Any]]:
    sums: dict[str, int] = {}
    for row in plan.result.segments:
        sums[row["district"]] = sums.get(row["district"], 0) + row["spend"]
    return sorted(({"district": name, "spend": spend} for name, spend in sums.items()),
                  key=lambda row: -row["spend"])  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tables_at_the_end_hold_every_figure(plan: Plan, lang: Lang) -> None:
    presentation = slides_of(plan, lang)
    cells = [
        [cell.text_frame.text for cell in row.cells]
        for slide in list(presentation.slides)[5:]
        for shape in slide.shapes if shape.has_table
        for row in list(shape.table.rows)[1:]
    ]  # fmt: skip
    wanted = [
        [paper.cell(row, key, lang) for key in paper.columns_of(name, plan) if key != "association"]
        for name in ("platforms", "budgets", "goals", "districts", "ages")
        for row in getattr(plan.result, name)
    ]
    assert len(cells) == len(wanted)
    for own, row in zip(cells, wanted, strict=True):
        assert [one for one in row if one not in own and not _cut(one, own)] == []


def _cut(text: str, cells: Sequence[str]) -> bool:
    """Whether a name, not a figure, is there with its end cut off."""
    ends = [one.removesuffix("…") for one in cells if one.endswith("…")]
    return not re.search(r"^[\d,.%−+]+$", text) and any(text.startswith(one) for one in ends)


@pytest.mark.parametrize("name", ["eight platforms", FORMER])
def test_the_same_plan_gives_the_same_bytes(twin_build: Build, name: str) -> None:
    plan = made(name, twin_build)
    for lang in LANGUAGES:
        for write in (powerpoint.write, write_pdf):
            assert write(plan_deck(plan, lang)) == write(plan_deck(plan, lang))


def test_nothing_of_the_template_or_the_moment_is_left(twin_build: Build) -> None:
    plan = made("one platform", twin_build)
    content = powerpoint.write(plan_deck(plan))
    first = f"{plan.month.window.first}-01T00:00:00Z"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert not [name for name in parts.namelist() if "thumbnail" in name or "printer" in name]
        assert (
            sum("slideLayout" in name and name.endswith(".xml") for name in parts.namelist()) == 1
        )
        core = parts.read("docProps/core.xml").decode()
        assert "python-pptx" not in core
        assert "Canny" not in core
        assert re.findall(r"<dcterms:\w+ [^>]*>([^<]*)<", core) == [first] * 2
        for name in parts.namelist():
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(parts.read(name))) as book:
                    told = book.read("docProps/core.xml").decode()
                    assert set(re.findall(r">(\d{4}-\d\d-\d\dT[^<]*)<", told)) == {first}


@pytest.mark.parametrize(("lang", "name"), [("ko", "맑은 고딕"), ("en", "Malgun Gothic")])
def test_the_korean_font_is_named(twin_build: Build, lang: Lang, name: str) -> None:
    """In the theme, so for texts too that somebody adds, and in every chart for Hangul."""
    content = powerpoint.write(plan_deck(made("one platform", twin_build), lang))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.namelist():
            if not part.endswith(".xml"):
                continue
            text = parts.read(part).decode("utf-8")
            if "/theme/" in part:
                assert text.count(f'<a:ea typeface="{name}"/>') == 2
                assert "Calibri" not in text
            if "/charts/" in part:
                assert set(re.findall('<a:(?:latin|ea|cs) typeface="([^"]*)"', text)) == {name}
                assert f'<a:ea typeface="{name}"/>' in text
            if "/slides/" in part:
                locales = {"ko": "ko-KR", "en": "en-US"}
                assert set(re.findall(r'<a:rPr [^>]*lang="([^"]*)"', text)) <= {locales[lang]}


def test_the_map_is_one_shape_for_each_district(twin_build: Build) -> None:
    first = opened(plan_deck(made("all groups", twin_build))).slides[0]
    shapes = [one for one in first.shapes if one.shape_type == KIND.FREEFORM]
    assert len({one.name for one in shapes if "구" in one.name}) == 25
    assert not [one for one in first.shapes if one.shape_type == KIND.PICTURE]
    told = [one for one in first.shapes._spTree.iter("{*}cNvPr") if one.get("descr")]
    assert len(told) >= 25
    assert not list(first.shapes._spTree.iter("{*}style")), "the theme's shadow"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pdf_shows_the_same_texts(plan: Plan, lang: Lang) -> None:
    pages = pages_of(write_pdf(plan_deck(plan, lang)))
    slides = slides_of(plan, lang).slides
    assert len(pages) == len(slides)
    for page, slide in zip(pages, slides, strict=True):
        shown = "".join(page.extract_text().split())
        assert "".join(slide.shapes.title.text_frame.text.split()) in shown
        for shape in slide.shapes:
            if shape.has_table:
                for cell in (one for row in shape.table.rows for one in row.cells):
                    assert "".join(cell.text_frame.text.split()) in shown


def test_names_are_written_as_they_were_typed(twin_build: Build) -> None:
    """Signs that places of our own texts have are signs like others in somebody's name."""
    name = "[[a|b]] {city} {x:y} <b>&amp;"
    asked = {
        **BRIEFS["one platform"],
        "name": name,
        "platforms": [{"service": "youtube", "name": "{city:z} [[c|d]]", "price": 4000}],
    }
    plan = make_plan(twin_build, read_brief(asked))
    first, *_, fourth, _ = list(opened(plan_deck(plan)).slides)[:5]
    assert any(one.startswith(name) for one in texts(first))
    assert "{city:z} [[c|d]]" in fourth.shapes.title.text_frame.text
    assert opened(plan_deck(plan)).core_properties.title == name


def test_decks_open_in_libreoffice(twin_build: Build, tmp_path: Path) -> None:
    """Every slide is a page there, with its title: two plans, a comparison and scenarios."""
    program = shutil.which("soffice")
    if program is None:
        too_large(LIBREOFFICE, "soffice is not installed")
    decks = {
        "eight": plan_deck(made("eight platforms", twin_build)),
        "one": plan_deck(made("one group", twin_build), "en"),
        "same": comparison_deck(compared("nothing changed", twin_build)),
        "beside": scenarios_deck(twin_build, beside(twin_build, 3), "en"),
    }
    for name, deck in decks.items():
        (tmp_path / f"{name}.pptx").write_bytes(powerpoint.write(deck))
    subprocess.run(
        [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path),
         *(str(tmp_path / f"{name}.pptx") for name in decks)],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    for name, deck in decks.items():
        pages = PdfReader(tmp_path / f"{name}.pdf").pages
        assert len(pages) == len(deck.slides), name
        for page, slide in zip(pages, deck.slides, strict=True):
            shown = "".join(page.extract_text().split())
            assert "".join("".join(slide.title).split()) in shown


def test_units_say_three_digits_and_no_more() -> None:
    assert money(50_000_000, "ko") == "5,000만\xa0원"
    assert money(120_000_000, "ko") == "1억\xa02,000만\xa0원"
    assert money(50_000_000, "en") == "50\xa0million\xa0won"
    assert money(9_500, "ko") == "9,500원"
    assert scale_of([4_654_000, 150_000], "ko").text(4_654_000) == "465"
    assert scale_of([4_654_000, 150_000], "en").text(4_654_000) == "4.65"
    assert scale_of([0], "ko").text(0) == "0"


MATTER = {
    "overlap": "overlap of platforms matters most", "curves": "reach curves matter most",
    "ceilings": "ceilings matter most", "prices": "all prices matter most",
    "budget": "budget matters most",
}  # fmt: skip


@pytest.mark.parametrize(("first", "said"), MATTER.items())
def test_the_verb_of_what_matters_most_agrees_with_it(
    twin_build: Build, first: str, said: str
) -> None:
    plan = made("all groups", twin_build)
    reached = plan.result.summary["reached"]
    widest = {"assumption": first, "reached_low": reached // 2, "reached_high": 2 * reached}
    plan = replace(plan, result=replace(plan.result, sensitivity=(widest,)))
    (title,) = [
        slide.title for slide in plan_deck(plan, "en").slides if "between" in slide.title[0]
    ]
    assert title[1] == said


ONE_OF_MANY = re.compile(
    r"(?<![\d.,–])1 (?:more |ad |maximum |recommended )?"
    r"(?:groups|districts|platforms|months|spends|neighbourhoods|others|places)\b"
)


def test_one_of_a_kind_is_no_plural(twin_build: Build) -> None:
    """Of a plan with one group below average, one more district, one maximum: in every text."""
    plan = made("saturated", twin_build)
    known = plan.result
    districts = tuple({**known.districts[0], "district": name, "spend": 400}
                      for name in ("마포구", "서대문구", "강남구"))  # fmt: skip
    offers = (replace(plan.brief.offers[0], cap=90_000_000), *plan.brief.offers[1:])
    narrowed = {"least_affinity": 1.0, "segments": 1, "reached": 1000, "frequency": 2.0}
    summary = {**known.summary, "spend": 1200, "below_segments": 1, "below_spend": 100,
               "below_spend_share": 0.1, "narrowed": narrowed}  # fmt: skip
    brief = replace(plan.brief, offers=offers)
    told = replace(plan, brief=brief,
                   result=replace(known, summary=summary, districts=districts))  # fmt: skip
    deck = texts_of(opened(plan_deck(told, "en")))
    said = " ".join(text.en for text in plan_sentences(told))
    for text in ("1 more district", "1 group that uses delivery less than average",
                 "1 maximum spend"):  # fmt: skip
        assert text in deck
    assert "Narrowed to the 1 group with" in said
    assert "1 group that uses" in said
    changed = compared("a newer month", twin_build)
    first, *rows = [one for one in changed.segments if one["spend_now"]]
    others = [row for row in rows if row["district"] != first["district"]]
    found = replace(changed, segments=(
        {**first, "spend_before": 0},
        *({**row, "spend_before": 2 * row["spend_now"]} for row in others),
    ))  # fmt: skip
    changes = texts_of(opened(comparison_deck(found, "en")))
    assert "There is more spend in 1 district and less in" in changes
    for every in (deck, said, changes):
        assert not ONE_OF_MANY.findall(every)


def texts_of(presentation: Any) -> str:
    """All texts of a presentation, whatever their lines are."""
    return " ".join(" ".join(" ".join(texts(slide)) for slide in presentation.slides).split())


@pytest.mark.parametrize("name", [*NAMES, *COMPARED])
def test_no_english_slide_counts_one_of_a_kind_as_many(twin_build: Build, name: str) -> None:
    deck = (comparison_deck(compared(name, twin_build), "en") if name in COMPARED
            else plan_deck(made(name, twin_build), "en"))  # fmt: skip
    for slide in deck.slides:
        told = " ".join((*slide.title, *slide.source, slide.notes))
        assert not ONE_OF_MANY.findall(told)
