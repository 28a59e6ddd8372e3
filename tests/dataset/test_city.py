"""Another city goes the whole way: a made-up one that does everything otherwise than Seoul."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

import telads
from telads.aggregate.inputs import read_places
from telads.answers.answer import Answer
from telads.answers.questions import QUESTIONS
from telads.answers.tables import read
from telads.dataset import dataset_of, in_force, load, seoul, using
from telads.errors import DataError, DatasetError, QuestionError
from telads.ingest.wide_table import WIDE_TABLE
from telads.library import Workspace
from telads.model import Segment, Sex
from telads.planning.brief import read_brief
from telads.planning.comparison import compare_plans
from telads.planning.decks.comparison import comparison_deck
from telads.planning.decks.plan import plan_deck
from telads.planning.decks.scenarios import Scenario, scenarios_deck
from telads.planning.files import write_plan
from telads.planning.plan import curve, draft, make_plan
from telads.render.deck import powerpoint
from telads.render.report import write_report
from telads.render.svg import choropleth
from telads.render.svg.city import outlines_svg
from telads.render.svg.theme import SITE
from telads.settings import Settings
from telads.text import LANGUAGES, Lang
from telads.web.api.operations import BODIES, OPERATIONS
from telads.wording import span
from tests import doors
from tests.dataset.city import FOLDER, MONTHS, QUARTERS, vesterby, write_month
from tests.render.samples import tree
from tests.web.document import get

SEGMENT = Segment("Kirkegade", Sex.FEMALE, 35)
OTHERS = re.compile(
    r"서울|Seoul|\bwon\b|[0-9)] ?원\b|\(원\)|Korea(?!n)|KRW|₩|자치구|행정동|"
    r"유튜브|YouTube|Netflix|넷플릭스|일곱|\bseven\b"
)
"""Words of another dataset, its number of services among them."""
PAGES = ("/", "/data/", "/customers/", "/advertisers/", "/audiences/", "/campaign/",
         "/changes/", "/help/", "/campaign/", "/evidence/", "/api/")  # fmt: skip


def strange(text: str) -> list[str]:
    """The words of another dataset, each with what stands around it."""
    return [text[max(0, found.start() - 50) : found.end() + 30] for found in OTHERS.finditer(text)]


@pytest.fixture
def site(client: Client, city: Workspace) -> Iterator[Client]:
    shown = replace(django_settings.TELADS, workspace=city.store.path)
    with override_settings(TELADS=shown):
        yield client


def test_cells_are_those_of_the_files(city: Workspace, files: list[Path]) -> None:
    rows = files[0].read_text("cp1252").splitlines()
    names, first = rows[0].split(";"), rows[1].split(";")
    told = dict(zip(names, first, strict=True))
    cells = pl.read_parquet(city.store.cells()[MONTHS[0]])
    assert cells.height == len(rows) - 1 == 7 * QUARTERS * 2 * 6
    cell = cells.row(
        by_predicate=(pl.col("code") == told["kvarter_nr"])
        & (pl.col("sex") == "M") & (pl.col("age5") == int(told["alder"])),
        named=True,
    )  # fmt: skip
    assert (cell["district"], told["køn"]) == (told["bydel"], "H")
    assert cell["sport"] == float(told["sport dage"].replace(",", "."))
    assert cells["radio"].null_count() + cells["travel"].null_count() > 0, "masked by -"


def test_the_workspace_remembers_its_dataset(city: Workspace) -> None:
    assert city.store.dataset == vesterby() != seoul()
    assert city.store.dataset.folder == city.store.dataset_path.absolute()
    assert MONTHS[0].window.first == MONTHS[0] + -3, "here Seoul's is in force"
    with using(vesterby()):
        assert span(MONTHS[0].window, "en") == "2023-12"
    status = city.status().rows.row(0, named=True)
    assert status["first"] == status["last"] == str(MONTHS[0] + -1)


def test_two_workspaces_of_a_process_do_not_meet(city: Workspace, twin_workspace: object) -> None:
    other = telads.open(getattr(twin_workspace, "path"), Settings.load({}))  # noqa: B009
    seven = other.services("강남구", "F", 30).rows["service"].to_list()
    four = city.services(*SEGMENT).rows["service"].to_list()
    assert sorted(seven) == sorted(seoul().service_ids)
    assert sorted(four) == sorted(vesterby().service_ids)
    assert in_force() == seoul()


def test_every_question(city: Workspace, in_vesterby: None) -> None:
    for name, ask in doors.answers(city, SEGMENT):
        found = ask()
        assert isinstance(found, Answer)
        said = [*found.sentences, *found.warnings, *found.parameters.values()]
        assert not strange(f"{found.rows.to_dicts()} {said}"), name


def test_every_picture(city: Workspace) -> None:
    """Painted after its question, where Seoul's dataset is in force again."""
    assert in_force() == seoul()
    for name, draw in doors.charts(city, SEGMENT, "sport"):
        drawn = draw()
        told = drawn.svg + drawn.html() + drawn.json() + drawn.paint(SITE)
        assert not strange(told), name
        if drawn.chart in ("choropleth", "targets"):
            titles = [one.text or "" for one in tree(drawn.svg).iter("title")]
            places = [text(drawn.lang) for text in vesterby().districts.values()]
            assert [title.split(":")[0] for title in titles[1:]] == places
            assert "Borders: city of Vesterby" in drawn.svg


def test_a_map_without_borders_draws_no_area(city: Workspace, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "d", ignore=shutil.ignore_patterns("borders.geojson"))
    dataset = load(tmp_path / "d")
    assert not dataset.borders
    with using(dataset):
        for narrow in (False, True):
            frame = pl.DataFrame({"district": ["Kirkegade"], "value": [1.0]})
            drawn = choropleth.draw(frame, measure=dataset.measures["sport"], lang="en", window="w",
                                    synthetic=False, narrow=narrow)  # fmt: skip
            assert "Kirkegade" in drawn.finding
            assert not [one for one in tree(drawn.svg).iter("path") if one.findtext("title")]
            assert drawn.png().startswith(b"\x89PNG")
            assert "<path id" not in outlines_svg()


def test_every_export(city: Workspace, tmp_path: Path) -> None:
    for name, write in doors.exports(city, tmp_path, (".csv", ".xlsx", ".parquet")):
        assert write() > 0, name
    for path in tmp_path.glob("*.csv*"):
        assert not strange(path.read_text("utf-8-sig")), path.name


def test_areas_for_maps(city: Workspace, tmp_path: Path) -> None:
    document = city.areas("sport", output=tmp_path / "areas.parquet")
    assert {one["id"] for one in document["features"]} == set(vesterby().districts)
    assert all(one["properties"]["population"] % 10 == 0 for one in document["features"])
    assert not strange(json.dumps(document, ensure_ascii=False))


def test_an_audience_of_quarters(city: Workspace) -> None:
    """Its neighbourhoods are quarters, and its cells have ages of their own."""
    with using(vesterby()):
        district = next(iter(vesterby().districts.values())).ko
        cells = vesterby().cell_ages_of(vesterby().ages[0])
        rules = {"where": {"all": [{"neighbourhood": [f"{district} 1", f"{district} 2"]},
                                   {"ages": list(cells[:1])}]}}  # fmt: skip
        answer = city.audience(rules)
        assert answer.rows.height == 4
        assert set(answer.rows["neighbourhood"]) == {f"{district} 1", f"{district} 2"}
        told = [sentence(lang) for sentence in answer.sentences for lang in ("ko", "en")]
        assert not strange(" ".join(told))


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_report(city: Workspace, tmp_path: Path, lang: str) -> None:
    path = tmp_path / "report.html"
    with using(vesterby()):
        write_report(
            city.store,
            path,
            "ko" if lang == "ko" else "en",
            SEGMENT.district,
            str(SEGMENT.sex),
            str(SEGMENT.age),
            "sport",
        )
    assert not strange(path.read_text("utf-8"))


@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["", "/en"])
def test_every_page(site: Client, lang: str) -> None:
    service = vesterby().service_ids
    asked = "district=Kirkegade&sex=F&age=35"
    places = [
        *PAGES,
        f"/customers/?{asked}",
        f"/customers/?{asked}&method=classic",
        f"/data/?measure=roaming_euros&{asked}",
        *(f"/advertisers/?service={id}&by=excess&top=20" for id in service),
        f"/advertisers/?service={service[0]}&method=classic",
        f"/audiences/?service={service[0]}&by=index&least=105&age=35&sex2=F",
        *(f"/campaign/?service={id}&budget=3000" for id in service),
        "/campaign/?district=Kirkegade&who=F35&tick=none",
        "/campaign/?budget=nothing",
        *(f"/changes/?service={id}" for id in service),
        f"/changes/?service={service[0]}&district=Kirkegade&sort=-clear",
        f"/changes/?service={service[0]}&against=year",
        "/data/?district=nowhere",
        "/nothing/",
    ]
    for place in places:
        page = site.get(lang + place)
        assert page.status_code in {200, 400, 404}, place
        assert not strange(page.content.decode()), place
    for name in ("population", "choropleth", "monthly", "correlation"):
        assert not strange(site.get(f"{lang}/data/{name}.svg").content.decode()), name


@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_description_of_the_api(site: Client, lang: str) -> None:
    """It names this city's areas, ages and services, and its examples answer."""
    told = site.get("/api/v1/openapi.json", {"lang": lang}).json()
    assert not strange(json.dumps(told, ensure_ascii=False))
    schemas = told["components"]["schemas"]
    assert schemas["ServicesRow"]["properties"]["service"]["enum"] == list(vesterby().service_ids)
    ages, unknown = schemas["TargetsRow"]["properties"]["age"]["anyOf"]
    assert (ages["enum"], unknown) == (list(vesterby().ages), {"type": "null"})
    with using(vesterby()):
        for place, one in OPERATIONS.items():
            path = f"/api/v1{place}".format(table="scores", kind="csv", form="svg", file="plan.csv")
            sent = BODIES[one.body]() if one.body else {}
            if "budget" in sent:
                sent["budget"] = 40_000  # 50 million reach more often than 5 times in a small city
            asked = (site.post(f"{path}?{one.example}", sent, "application/json") if sent
                     else site.get(f"{path}?{one.example}"))  # fmt: skip
            asked.close()
            assert asked.status_code == 200, place


@pytest.mark.django_db
def test_the_sentence_is_its_own(site: Client) -> None:
    korean, english = (get(site, root) for root in ("/", "/en/"))
    for page, everywhere, budget in (
        (korean, f"{vesterby().city.ko} 전체", f"5만 {vesterby().currency.unit.ko}"),
        (english, f"all of {vesterby().city.en}", f"50,000 {vesterby().currency.unit.en}"),
    ):
        words = [one.text for one in page.all("option")]
        assert everywhere in words
        assert page.one("input", name="budget").attributes["value"] == budget
    asked = {"service": "sport", "district": "Kirkegade", "who": "F35", "budget": "10,000"}
    there = site.get("/en/brief/", asked)["Location"]
    assert there == "/en/campaign/?service=sport&budget=10%2C000&district=Kirkegade&who=F35"
    assert site.get(there).status_code == 200


@pytest.mark.django_db
def test_the_map_is_its_own(site: Client) -> None:
    page = site.get("/en/advertisers/?service=sport").content.decode()
    assert "Borders: city of Vesterby" in page
    assert "Kirkegade" in page
    assert set(re.findall(r'href="#d(\d+)"', page)) == set(vesterby().districts)
    assert set(re.findall(r'id="d(\d+)"', page)) == set(vesterby().districts)


def test_a_plan_is_handed_over_without_a_word_of_another_country(
    city: Workspace, tmp_path: Path
) -> None:
    brief = {
        "name": "spring", "audience": {"where": {"age": [35]}}, "service": "sport",
        "budget": 50_000, "platforms": [{"service": "news", "price": 9}],
    }  # fmt: skip
    for suffix in (".google.csv", ".meta.json"):
        path = tmp_path / f"plan{suffix}"
        for lang in ("ko", "en"):
            with using(vesterby()):
                build = city.store.build()
                write_plan(make_plan(build, read_brief(brief)), path, lang, build)
            told = path.with_name(path.name + "-notes.txt").read_text("utf-8")
            content = path.read_text("utf-8")
            assert not strange(told + content)
            assert "Nordhavn" in content
            assert "Vesterby" in told
        assert "The file targets the plan's" in told, "its ages are those of the systems"
    for suffix in (".kakao.json", ".naver.json"):  # they bill in won
        with pytest.raises(QuestionError), using(vesterby()):
            write_plan(make_plan(build, read_brief(brief)), tmp_path / f"plan{suffix}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_decks_have_no_word_of_another_place(city: Workspace, lang: Lang) -> None:
    brief = {
        "name": "spring", "audience": {"where": {"age": [35, 55]}}, "service": "sport",
        "budget": 250_000, "platforms": [{"service": "news", "price": 9, "cap": 200_000},
                                        {"service": "radio", "price": 7}],
    }  # fmt: skip
    with using(vesterby()):
        build = city.store.build()
        plan = make_plan(build, read_brief(brief))
        found = compare_plans(
            plan, make_plan(build, read_brief({**brief, "budget": 90_000})), build
        )
        beside = [Scenario("A", "", draft(build, plan.brief), curve(build, plan.brief).budgets)]
        decks = (plan_deck(plan, lang), comparison_deck(found, lang),
                 scenarios_deck(build, beside, lang))  # fmt: skip
        contents = [powerpoint.write(deck) for deck in decks]
    for content in contents:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            pages = [parts.read(name).decode() for name in parts.namelist()
                     if re.search(r"ppt/(slides|notesSlides|charts)/\w+\.xml$", name)]  # fmt: skip
        told = " ".join(" ".join(re.findall(r"<(?:a:t|c:v)>([^<]*)<", page)) for page in pages)
        assert not strange(told)
        assert {"ko": "유로", "en": "euros"}[lang] in told
        assert "Nordhavn" in told or "노르" in told


def test_a_plan_is_in_its_money(city: Workspace) -> None:
    brief = {
        "name": "spring", "audience": {"where": {"sex": "K"}}, "service": "sport",
        "budget": 40_000, "platforms": [{"service": "news", "price": 12},
                                        {"service": "radio", "price": 8, "cap": 15_000}],
    }  # fmt: skip
    made = city.plan(brief)
    assert made.rows["spend"].sum() == 40_000
    told = " ".join(sentence.en for sentence in made.sentences)
    assert "euros" in told
    assert "유로" in " ".join(sentence.ko for sentence in made.sentences)


@pytest.mark.parametrize("level", ["district", "neighbourhood"])
def test_a_test_by_area_is_in_its_own_words(city: Workspace, tmp_path: Path, level: str) -> None:
    asked = {"treated": 2, "weeks": 2, "start": "2026-03-02", "level": level, "seed": 1}
    areas = [row.get("code") or row["district"]
             for row in city.experiment_design("first", **asked, sd=0.05).records]  # type: ignore[arg-type]  # fmt: skip
    weeks = ("01-26", "02-02", "02-09", "02-16", "02-23", "03-02")
    lines = [f"{area};2026-{week};{10 + at + number};{number}"
             for at, area in enumerate(areas) for number, week in enumerate(weeks)]  # fmt: skip
    file = tmp_path / "sold.csv"
    file.write_text("\n".join(["Kvarter;Uge;Solgt;Dag", *lines]) + "\n", "utf-8")
    try:
        found = [city.experiment_analyse("first", file, value="Solgt", cost=1000, weeks=1)]
        found += [city.experiment_show("first", part)
                  for part in ("areas", "balance", "curve", "borders", "weeks")]  # fmt: skip
        for answer in found:
            for lang in LANGUAGES:
                assert not strange(answer.json(lang))
                table = QUESTIONS[answer.question]
                for row in answer.records:
                    told = " ".join(
                        field.write(row, lang)
                        for key, field in {**table.fields(), **table.optional}.items()
                        if key in row
                    )
                    assert not strange(told)
    finally:
        city.experiment_delete("first")


def test_a_backup_holds_the_dataset(city: Workspace, tmp_path: Path) -> None:
    from telads.backup.archive import files_of

    assert {"dataset/dataset.toml", "dataset/borders.geojson"} <= {
        name for name, _ in files_of(city.store)
    }


def test_an_unknown_sex_is_refused(tmp_path: Path) -> None:
    path = write_month(tmp_path, MONTHS[0])
    path.write_bytes(path.read_bytes().replace(b";K;", b";X;", 1))
    refused = telads.open(tmp_path / "w", Settings.load({}), dataset=FOLDER).ingest(path)
    error = refused[0].error
    assert error is not None
    assert error.facts["value"] == "x"
    assert "h, han, k, kvinde" in error.line("en")


def test_points_group_thousands_where_commas_begin_decimals(tmp_path: Path) -> None:
    path = write_month(tmp_path, MONTHS[0])
    lines = path.read_text("cp1252").splitlines()
    row = lines[1].split(";")
    row[5] = "1.234,5"
    path.write_text("\n".join((lines[0], ";".join(row), *lines[2:], "")), "utf-8")
    with using(vesterby()):
        cells = WIDE_TABLE.read(path).cells
    assert cells["population"].max() == 1234.5
    row[5] = "1.23,5"
    path.write_text("\n".join((lines[0], ";".join(row), *lines[2:], "")), "utf-8")
    refused = telads.open(tmp_path / "w", Settings.load({}), dataset=FOLDER).ingest(path)
    assert refused[0].error
    assert refused[0].error.facts["value"] == "1.23,5"


def test_months_of_another_city_are_refused(city: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(FOLDER, other)
    text = (other / "dataset.toml").read_text("utf-8")
    (other / "dataset.toml").write_text(
        text.replace('id = "vesterby"', 'id = "elsewhere"'), "utf-8"
    )
    with pytest.raises(DatasetError) as caught:
        city.store.choose_dataset(other)
    assert caught.value.facts["key"] == "id"


def test_the_command_line_takes_a_dataset(tmp_path: Path, files: list[Path]) -> None:
    def telads(*words: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "telads", *words, "-w", str(tmp_path / "w"), "--lang", "en"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "period 2023-12..2023-12" in telads(
        "ingest", str(files[0]), "--dataset", str(FOLDER), "--build"
    )
    told = telads("services", "--district", "Kirkegade", "--sex", "K", "--age", "35-54")
    assert "Sport" in told
    assert not strange(told)
    for verb in ("services", "targets", "chart"):
        told = telads(verb, "--help")
        assert not strange(told), verb
    assert "news" in telads("targets", "--help")


def test_logs_are_counted_by_its_services(tmp_path: Path) -> None:
    dataset = vesterby()
    rows = [
        (number, f"2024-03-{day:02d}", dataset.service_ids[number % 4],
         int(f"{1 + number % 7}{1 + number % 3:02d}"), "KH"[number % 2], 1990 - number % 50)
        for number in range(3000)
        for day in range(1, 32, 1 + number % 5)
    ]  # fmt: skip
    names = ["subscriber_id", "date", "service", "home_code", "sex", "birth_year"]
    log = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("date").str.to_date(), pl.col("home_code").cast(pl.Int64)
    )
    log.write_parquet(tmp_path / "log.parquet")
    opened = telads.open(tmp_path / "w", Settings.load({}), dataset=FOLDER)
    taken = opened.aggregate(tmp_path / "log.parquet", month="2024-04")
    assert [str(one.month) for one in taken] == ["2024-04"]
    cells = pl.read_parquet(opened.store.cells()[taken[0].month or MONTHS[0]])
    assert {*dataset.service_ids} <= {*cells.columns}
    assert set(cells["age5"]) == set(dataset.cell_ages)
    assert set(cells["district"]) == {text.ko for text in dataset.districts.values()}
    assert cells["population"].sum() > 1000
    assert dataset_of(opened.store.dataset_path) == dataset


def test_errors_about_its_logs_name_its_levels(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("code,district,neighbourhood\n101,A,B\n101,A,C\n", "utf-8")
    with using(vesterby()), pytest.raises(DataError) as caught:
        read_places(places)
    assert "one row for each quarter" in caught.value.line("en")
    assert not strange(caught.value.line("ko"))


def test_its_quarters_have_figures_under_its_own_names(city: Workspace) -> None:
    table = read(city.store.build(), "neighbourhoods")
    assert table["code"].n_unique() == len(vesterby().districts) * QUARTERS
    assert set(table["age"].drop_nulls().unique()) == set(vesterby().ages)
    assert set(table["district"]) == {name.ko for name in vesterby().districts.values()}
    known = table.drop_nulls("usage")
    assert known.height > 0.95 * table.height
    assert (known["affinity_low"] < known["affinity_high"]).all()


def test_who_then_where_in_its_own_words(city: Workspace) -> None:
    by_group = city.targets("sport", level="group", top=300)
    assert by_group.rows.height == 2 * len(vesterby().ages)
    by_quarter = city.targets("sport", level="neighbourhood", district="Kirkegade")
    assert by_quarter.rows.height == QUARTERS
    for told in (by_group, by_quarter):
        said = " ".join(text(lang) for text in told.sentences for lang in ("ko", "en"))
        assert not strange(said)
        assert "the borough" in said
        assert "the quarter" in said
    with pytest.raises(QuestionError) as caught:
        city.targets("sport", level="neighbourhood", platforms=True)
    assert "by borough alone" in caught.value.line("en")
