"""Index of the verbs: name, module, and its line of help.

It is separate from the verbs so that `telads --help` need not import them.
"""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from telads.answers.questions import QUESTIONS, STATUS
from telads.cli.options import LANG
from telads.text import Text
from telads.wording import PLAN


class Verb(NamedTuple):
    """A verb's module and its entry in the help."""

    module: str
    """A module of this package; its Typer application has the same name."""
    panel: Text
    does: Text


class Listed(TypedDict):
    """Arguments for Typer about a verb, or a group of verbs."""

    name: str
    rich_help_panel: str
    help: str


def _questions(panel: str, title: Text) -> dict[str, Verb]:
    """The verbs of the questions of a panel."""
    return {
        one.id: Verb("ask", title, one.does)
        for one in QUESTIONS.values()
        if one.does and one.panel == panel
    }


_DATA = Text("데이터", "Data")
_ASK = Text("묻기", "Ask")
_MAKE = Text("만들기", "Make")
_PLAN = Text(PLAN.ko, PLAN.en.capitalize())
_SYNTHETIC = Text("합성 데이터", "Synthetic data")
_WEBSITE = Text("웹사이트", "Website")

VERBS: dict[str, Verb] = {
    "ingest": Verb("data", _DATA, Text(
        "포털의 월별 파일을 작업 폴더에 반영합니다.",
        "Load the portal's monthly files into the workspace.")),
    "watch": Verb("watch", _DATA, Text(
        "폴더에 들어오는 파일을 반영하고 계산합니다. Ctrl+C로 끝냅니다.",
        "Load and build the files that come into a folder; Ctrl+C ends it.")),
    "check": Verb("data", _DATA, Text(
        "파일을 반영하지 않고, 반영하면 어떻게 될지만 확인합니다.",
        "Check what loading files would do, without loading them.")),
    "build": Verb("data", _DATA, Text(
        "반영한 달을 모두 계산합니다.",
        "Build all loaded months.")),
    "builds": Verb("builds", _DATA, Text(
        "남아 있는 데이터 버전을 봅니다.",
        "List the data versions that are kept, and the current one.")),
    "rollback": Verb("builds", _DATA, Text(
        "이전 데이터 버전을 다시 적용합니다. 반영한 달은 그대로입니다.",
        "Use an earlier data version again; loaded months are not changed.")),
    "forget": Verb("data", _DATA, Text(
        "잘못 넣은 달을 제외하고 다시 계산합니다. 파일은 나중에 다시 넣을 수 있습니다.",
        "Remove a wrong month and build without it; its file can be loaded again.")),
    "dataset": Verb("dataset", _DATA, Text(
        "다른 도시의 데이터 정의를 만들고 확인합니다: check, new",
        "Draft and check the definition of another city's data: check, new.")),
    "borders": Verb("data", _DATA, Text(
        "동네 경계(GeoJSON)를 작업 폴더에 반영해 지도에 그립니다.",
        "Load borders of neighbourhoods (GeoJSON) for maps.")),
    "status": Verb("data", _DATA, STATUS.does or Text("", "")),
    "doctor": Verb("data", _DATA, Text(
        "설정, 버전, 글꼴, 작업 폴더를 점검합니다.",
        "Check settings, versions, fonts and the workspace.")),
    "aggregate": Verb("aggregate", _DATA, Text(
        "가입자 이용 로그(Parquet)를 k-익명 셀로 집계해 작업 폴더에 반영합니다.",
        "Reduce subscriber logs (Parquet) to k-anonymous cells in the workspace.")),
    **_questions("ask", _ASK),
    "chart": Verb("make", _MAKE, Text(
        "차트를 파일로 만듭니다: population choropleth correlation monthly ranking targets "
        "neighbourhoods",
        "Draw a chart: population choropleth correlation monthly ranking targets neighbourhoods")),
    "export": Verb("make", _MAKE, Text(
        "표 전체를 파일로 냅니다: scores segments targets platforms neighbourhoods",
        "Write a whole table to a file: scores segments targets platforms neighbourhoods")),
    "areas": Verb("make", _MAKE, Text(
        "구역마다의 이용을 지도 파일(GeoJSON, GeoParquet)로 냅니다.",
        "Write the use by area as a file for maps: GeoJSON, GeoParquet.")),
    **_questions("make", _MAKE),
    "audience": Verb("plan", _PLAN, Text(
        "규칙으로 고른 타겟과 그 인원을 봅니다.",
        "The audience chosen by rules, and its size.")),
    "plan": Verb("plan", _PLAN, Text(
        "예산을 집단과 매체에 배분합니다. 파일은 pptx, pdf, xlsx, csv, json, 광고 시스템용.",
        "Allocate a budget to groups and platforms; files are pptx, pdf, xlsx, csv, json, or for "
        "ad systems.")),
    "replan": Verb("plan", _PLAN, Text(
        "저장한 계획(json)을 새 데이터로 다시 계산해 달라진 점과 이유를 봅니다.",
        "Compute a saved plan (json) again on newer data: what changed, and why.")),
    "experiment": Verb("experiment", _PLAN, Text(
        "광고할 지역을 추첨하고, 끝난 뒤 효과를 판정합니다: design, analyse, show, reference, "
        "list, delete",
        "Draw the areas of a test, and judge it when it is over: design, analyse, show, "
        "reference, list, delete.")),
    "synth": Verb("synthetic", _SYNTHETIC, Text(
        "원본 데이터 대신 공유할 수 있는 합성 데이터를 포털 형식으로 만듭니다.",
        "Make synthetic data in the portal's format, to share instead of the original.")),
    "synth events": Verb("synthetic", _SYNTHETIC, Text(
        "가입자별 이용 로그를 Parquet으로 합성합니다(통신사 규모 시험용).",
        "Make a synthetic log of subscribers' use in Parquet, of any size.")),
    "demo": Verb("synthetic", _SYNTHETIC, Text(
        "합성 데이터 아홉 달로 처음부터 끝까지 실행하고 웹사이트를 시작합니다.",
        "Run every step with nine months of synthetic data, then start the website.")),
    "serve": Verb("serve", _WEBSITE, Text(
        "웹사이트를 시작합니다. Ctrl+C로 끝냅니다.",
        "Run the website; Ctrl+C ends it.")),
    "worker": Verb("worker", _WEBSITE, Text(
        "웹사이트에 올린 파일을 따로 처리합니다(TELADS_OWN_WORKER=0일 때).",
        "Load files uploaded to the website (if TELADS_OWN_WORKER is 0).")),
    "mcp": Verb("mcp", _WEBSITE, Text(
        "어시스턴트(MCP)의 물음에 답합니다. 읽기만 합니다.",
        "Answer assistants (MCP); it only reads.")),
    "apikey": Verb("apikey", _WEBSITE, Text(
        "API 키를 만들고, 확인하고, 폐기합니다.",
        "Create, list and revoke keys of the API.")),
    "user": Verb("user", _WEBSITE, Text(
        "로그인할 수 있는 사람과 역할을 관리합니다.",
        "Manage users and their roles.")),
    "media": Verb("media", _WEBSITE, Text(
        "매체 목록(매체, 매체 유형, CPM)을 봅니다. 매체를 추가하고 지웁니다: list, add, remove",
        "List, add and remove media with their prices: list, add, remove.")),
    "backup": Verb("backup", _DATA, Text(
        "작업 폴더와 데이터베이스를 파일 하나에 담습니다.",
        "Put the workspace and the website's database into one file.")),
    "restore": Verb("backup", _DATA, Text(
        "백업 파일에서 되돌립니다.",
        "Restore an installation from a backup.")),
    "upgrade": Verb("backup", _DATA, Text(
        "이전 버전의 작업 폴더와 데이터베이스를 백업한 뒤 이 버전에 맞춥니다.",
        "Back up the workspace and database of an earlier version, and bring them up to date.")),
}  # fmt: skip
"""In the order of the help. A module with verbs of its own (`user list`) is listed by its name."""


def listed(verb: str) -> Listed:
    """Typer's arguments for a verb in this run's language: `@ask.command(**listed("services"))`."""
    entry = VERBS[verb]
    return {"name": verb, "rich_help_panel": entry.panel(LANG), "help": entry.does(LANG)}
