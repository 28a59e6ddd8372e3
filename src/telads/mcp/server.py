"""The tools and documents of a workspace as a server of the protocol, by its official SDK.

Answers are computed in threads, each from the build in force when it is asked: a new build needs no
restart. A refused question is a result that says so (`isError`), in the words of every other door.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING, Any

from telads.answers.answer import document_text
from telads.answers.questions import ASKED
from telads.answers.questions import schema as answer_schema
from telads.dataset import in_force, seoul, using
from telads.errors import SettingError, TeladsError, with_extra
from telads.mcp.tools import TOOLS
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import LANGUAGES, Lang, Text
from telads.version import __version__

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

THREADS = 4
"""Questions that are answered at the same time."""
SCHEME = "telads://"
DOCUMENTS: dict[str, Text] = {
    "assistants": Text("도움말: 무엇을 물을 수 있고 답을 어떻게 읽는지",
                       "help: what can be asked, and how answers are read"),
    "method": Text("방법: 값을 어떻게 계산하는지", "method: how figures are computed"),
    "evidence": Text("근거: 방법을 지난 달들로 시험한 결과", "evidence: tests on past months"),
    "planning": Text("계획: 규칙과 예산 배분", "planning: rules and how a budget is allocated"),
    "words": Text("용어", "glossary"),
    "json": Text("답의 필드", "fields of the answers"),
}  # fmt: skip
"""Documents that come with the package, in the order in which they are listed."""

Spent = Callable[[float], None]
spent: ContextVar[Spent | None] = ContextVar("spent", default=None)
"""Called with the processor seconds of each question of a request, where they are counted."""


def document(name: str) -> str:
    """A document of the package: in a wheel beside this module, in a clone in `docs/`."""
    beside = Path(__file__).parent / "documents" / f"{name}.md"
    clone = Path(__file__).parents[3] / "docs" / f"{name}.md"
    return (beside if beside.is_file() else clone).read_text("utf-8")


def require_sdk() -> None:
    """Raise `SettingError` if the SDK of the protocol is not installed."""
    try:
        import mcp.types  # noqa: F401
    except ImportError as error:
        raise SettingError(
            Text("어시스턴트와 연결하려면 MCP SDK가 필요합니다.",
                 "To serve assistants, the MCP SDK is needed."),
            with_extra("mcp"),
        ) from error  # fmt: skip


def instructions(lang: Lang) -> str:
    """What an assistant is told before its first question."""
    return in_force().fill(Text(
        "{city} 통신 데이터로 만든 미디어 플랜의 값입니다. 값은 도구의 답에서만 가져오고, "
        "기준월(month), 집계 기간(window), 데이터 버전(build)을 함께 밝히며, synthetic이 true면 "
        "합성 데이터라고 알려 주세요. 이용 강도는 이용이 얼마나 많은지이며 광고의 효과가 아닙니다. "
        f"사람이 적은 집단은 보여 주지 않습니다. 먼저 {SCHEME}assistants를 읽어 주세요.",
        "Figures for media plans from telecom data of {city}. Take figures from answers only, and "
        "quote them with their month, window and build; say so where synthetic is true. The usage "
        "score is how much a service is used, not what an ad achieves. Small groups are never "
        f"shown. Read {SCHEME}assistants first.",
    ))(lang)  # fmt: skip


def server(store: Store, settings: Settings, lang: Lang) -> Server[Any, Any]:
    """The server of a workspace; raises `SettingError` without the SDK."""
    require_sdk()
    import anyio
    from mcp import types
    from mcp.server.lowlevel import Server
    from mcp.server.lowlevel.helper_types import ReadResourceContents

    with using(_dataset(store)):
        made: Server[Any, Any] = Server("telads", __version__, instructions(lang))
    at_once: list[anyio.CapacityLimiter] = []

    async def aside(work: Callable[[], Any]) -> Any:
        if not at_once:  # belongs to an event loop
            at_once.append(anyio.CapacityLimiter(THREADS))

        def timed() -> Any:
            began = thread_time()
            try:
                with using(_dataset(store)):
                    return work()
            finally:
                if told := spent.get():
                    told(thread_time() - began)

        return await anyio.to_thread.run_sync(timed, limiter=at_once[0])

    @made.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
    async def _tools() -> list[types.Tool]:
        def listed() -> list[types.Tool]:
            reads = types.ToolAnnotations(
                readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
            )
            return [
                types.Tool(name=name, description=in_force().fill(one.text)(lang),
                           inputSchema=one.schema(lang), annotations=reads)
                for name, one in TOOLS.items()
            ]  # fmt: skip

        found: list[types.Tool] = await aside(listed)
        return found

    # Arguments are checked by the tool, in words of telads.
    @made.call_tool(validate_input=False)  # type: ignore[untyped-decorator]
    async def _called(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        def answered() -> types.CallToolResult:
            said, refused = _answer(store, settings, lang, name, arguments)
            text = types.TextContent(type="text", text=document_text(said))
            return types.CallToolResult(content=[text], structuredContent=said, isError=refused)

        result: types.CallToolResult = await aside(answered)
        return result

    @made.list_resources()  # type: ignore[no-untyped-call, untyped-decorator]
    async def _resources() -> list[types.Resource]:
        documents = [
            _resource(types, name, text(lang), "text/markdown") for name, text in DOCUMENTS.items()
        ]
        meaning = Text("답의 JSON Schema", "JSON Schema of the answers")(lang)
        schemas = [
            _resource(types, f"schema/{one.id}", f"{meaning}: {one.id}", "application/json")
            for one in ASKED
        ]
        return [*documents, *schemas]

    @made.read_resource()  # type: ignore[no-untyped-call, untyped-decorator]
    async def _read(address: Any) -> Iterable[ReadResourceContents]:
        def read() -> list[ReadResourceContents]:
            name = str(address).removeprefix(SCHEME).strip("/")
            if name in DOCUMENTS:
                return [ReadResourceContents(document(name), "text/markdown")]
            return [ReadResourceContents(_schema(name, lang), "application/json")]

        found: list[ReadResourceContents] = await aside(read)
        return found

    return made


def _dataset(store: Store) -> Any:
    """The workspace's dataset; an unreadable one is reported by the question that needs it."""
    try:
        return store.dataset
    except TeladsError:
        return seoul()


def _answer(
    store: Store, settings: Settings, lang: Lang, name: str, arguments: dict[str, Any]
) -> tuple[dict[str, object], bool]:
    """A tool's document, or its error as one; and whether it is an error."""
    try:
        if name not in TOOLS:
            raise _unknown(Text("도구", "tool"), name, TOOLS)
        if arguments.get("lang") in LANGUAGES:  # of errors, too
            lang = arguments["lang"]
        return TOOLS[name].answer(store, settings, arguments, lang), False
    except TeladsError as error:
        return error.problem(lang), True
    except Exception:  # an assistant is told no more than a visitor of the website
        logging.getLogger("telads.mcp").exception("a question failed")
        told = TeladsError(
            Text("예상하지 못한 오류입니다.", "Unexpected error."),
            Text("운영자에게 로그를 확인해 달라고 해 주세요.",
                 "Ask the person who runs telads to look into its log."),
        )  # fmt: skip
        return told.problem(lang), True


def _unknown(what: Text, name: str, known: Iterable[str]) -> TeladsError:
    from telads.answers.choices import one_of

    return one_of(what, name, known)


def _resource(types: Any, name: str, text: str, media: str) -> Any:
    return types.Resource(uri=f"{SCHEME}{name}", name=name, description=text, mimeType=media)


def _schema(name: str, lang: Lang) -> str:
    """The schema of a question's answers; raises `UnknownChoice`."""
    known = {f"schema/{one.id}": one.id for one in ASKED}
    if name not in known:
        raise _unknown(Text("문서", "document"), name, [*DOCUMENTS, *known])
    return json.dumps(answer_schema(known[name], lang), ensure_ascii=False, indent=2) + "\n"


def run_stdio(store: Store, settings: Settings, lang: Lang) -> None:
    """Serve one assistant over standard input and output until it closes them."""
    made = server(store, settings, lang)
    import anyio
    from mcp.server.stdio import stdio_server

    # Whatever else is printed must not come between messages.
    own, sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8"), sys.stderr
    given = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")

    async def run() -> None:
        async with stdio_server(anyio.wrap_file(given), anyio.wrap_file(own)) as (read, write):
            await made.run(read, write, made.create_initialization_options())

    anyio.run(run)
