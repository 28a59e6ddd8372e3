"""What assistants are answered by the Model Context Protocol, asked with its own client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from django.test import Client
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import McpError
from mcp.types import CallToolResult
from pydantic import AnyUrl

from telads.answers.questions import ASKED
from telads.cli import main
from telads.mcp.server import DOCUMENTS, document
from telads.mcp.tools import TOOLS, BadArgument
from telads.planning.schema import example_brief, example_rules
from telads.store.workspace import Store
from tests import interpreter
from tests.web.server import free_port

pytestmark = pytest.mark.django_db

GROUP = {"district": "강남구", "sex": "F", "age": "30"}
ASKED_OF: dict[str, dict[str, Any]] = {
    "services": GROUP | {"method": "classic"},
    "targets": {"service": "delivery", "top": 3, "platforms": True, "lang": "ko"},
    "platforms": GROUP | {"service": "배달"},
    "lookalike": GROUP | {"top": 2},
    "alike": {"top": 2},
    "signals": GROUP,
    "history": GROUP,
    "segments": {"district": "중구", "limit": 2, "offset": 1},
    "months": {},
    "measures": {},
    "districts": {},
    "status": {},
    "changes": {"service": "game", "month": "2023-03"},
}
"""An example of each question that has an address."""
Ask = Callable[..., Any]


def parameters(workspace: Path) -> StdioServerParameters:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TELADS_")}
    return StdioServerParameters(
        command=str(Path(sys.executable).with_name("telads")),
        args=["mcp", "--workspace", str(workspace), "--lang", "en"], env=kept,
    )  # fmt: skip


@asynccontextmanager
async def session(workspace: Path) -> AsyncIterator[ClientSession]:
    async with (
        stdio_client(parameters(workspace)) as (read, write),
        ClientSession(read, write) as opened,
    ):
        await opened.initialize()
        yield opened


@pytest.fixture(scope="module")
def assistant(twin_workspace: Store) -> Iterator[Ask]:
    """`assistant("call_tool", name, arguments)` of one process that answers all tests."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(session(twin_workspace.path)) as opened,
    ):
        yield lambda method, *given: portal.call(getattr(opened, method), *given)


def text(result: CallToolResult) -> str:
    (block,) = result.content
    assert block.type == "text"
    return block.text


def test_there_is_a_tool_for_each_question(assistant: Ask) -> None:
    tools = {one.name: one for one in assistant("list_tools").tools}
    assert [*tools] == [*(one.id for one in ASKED), "audience", "plan"]
    for one in ASKED:
        known = tools[one.id].inputSchema
        names = {*known["properties"]} - {"lang", "limit", "offset"}
        assert names == {given.name for given in one.parameters}
        assert tools[one.id].annotations.readOnlyHint
    assert tools["services"].inputSchema["required"] == ["district", "sex", "age"]
    assert tools["targets"].inputSchema["properties"]["level"]["enum"] == [
        "group", "district", "neighbourhood",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [one.id for one in ASKED if one.summary])
def test_an_answer_is_that_of_the_api(name: str, assistant: Ask, site: Client) -> None:
    given = ASKED_OF[name]
    query = {key: str(value).lower() if isinstance(value, bool) else value
             for key, value in {"lang": "en", **given}.items()}  # fmt: skip
    told = site.get(f"/api/v1/{name}", query).content.decode()
    result = assistant("call_tool", name, given)
    assert not result.isError
    if "limit" in given:  # it has no addresses
        following = json.loads(told)["page"]["next"]
        told = told.replace(json.dumps(following, ensure_ascii=False), '"limit=2&offset=3"')
    assert text(result) == told
    assert result.structuredContent == json.loads(told)
    assert {"month", "window", "build", "synthetic"} <= result.structuredContent.keys()
    assert result.structuredContent["synthetic"] is True or name not in {"services", "targets"}


def test_planning_is_that_of_the_api(assistant: Ask, site: Client) -> None:
    rules, brief = example_rules(), example_brief()
    other = {"where": {"sex": ["M"]}}
    for place, body, name, given in (
        ("audience", rules, "audience", {"rules": rules}),
        ("audience", rules | {"against": other}, "audience", {"rules": rules, "against": other}),
        ("plan?part=spends", brief, "plan", {"brief": brief, "part": "spends"}),
    ):
        told = site.post(f"/api/v1/{place}", body, content_type="application/json",
                         headers={"Accept-Language": "en"})  # fmt: skip
        assert text(assistant("call_tool", name, given)) == told.content.decode()


@pytest.mark.parametrize(
    ("name", "given", "code", "says"),
    [
        ("services", {"sex": "F", "age": "30"}, "bad-parameter", "district"),
        ("services", GROUP | {"distict": "x"}, "bad-parameter", "Did you mean district?"),
        ("services", GROUP | {"district": "강냄구"}, "unknown-choice", "Did you mean Gangnam-gu?"),
        ("services", GROUP | {"month": "June"}, "bad-parameter", "2023-06"),
        ("services", GROUP | {"lang": ["ko"]}, "bad-parameter", "lang"),
        ("targets", {"service": "game", "top": 301}, "bad-parameter", "1 to 300"),
        ("targets", {"service": "game", "top": True}, "bad-parameter", "whole number"),
        ("targets", {"service": "youtube", "by": "volume"}, "index-refused", "YouTube"),
        ("segments", {"offset": -1}, "bad-parameter", "0 to"),
        ("audience", {}, "bad-parameter", "rules"),
        ("audience", {"rules": {"where": {"sex": ["X"]}}}, "unknown-choice", "where"),
        ("plan", {"brief": []}, "bad-question", ""),
        ("drop", {}, "unknown-choice", "services"),
    ],
)
def test_a_refusal_is_in_words_of_telads(
    name: str, given: dict[str, Any], code: str, says: str, assistant: Ask
) -> None:
    result = assistant("call_tool", name, given)
    assert result.isError
    assert result.structuredContent["error"] == code
    assert result.structuredContent["message"]
    assert says in text(result)


def test_an_audience_below_the_floor_is_refused(assistant: Ask, site: Client) -> None:
    few = {"where": {"all": [{"service": "delivery", "affinity": 50}]}}
    told = site.post("/api/v1/audience", few, content_type="application/json").json()
    result = assistant("call_tool", "audience", {"rules": few})
    assert result.structuredContent["error"] == told["code"]


def test_documents_and_schemas_can_be_read(assistant: Ask) -> None:
    listed = {str(one.uri) for one in assistant("list_resources").resources}
    assert {f"telads://{name}" for name in DOCUMENTS} < listed
    (read,) = assistant("read_resource", AnyUrl("telads://method")).contents
    assert read.text == document("method")
    (read,) = assistant("read_resource", AnyUrl("telads://schema/services")).contents
    assert json.loads(read.text)["properties"]["question"] == {
        "const": "services", "description": "the question",
    }  # fmt: skip
    with pytest.raises(McpError, match="Document not found"):
        assistant("read_resource", AnyUrl("telads://../secret-key"))


def test_without_the_extra_it_says_how_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.types", None)
    with pytest.raises(SystemExit) as left:
        main(["mcp", "--lang", "en"])
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        "telads: To serve assistants, the MCP SDK is needed. Install it in the folder of telads: "
        "pip install -e '.[mcp]'.\n"
    )


def test_a_number_may_be_sent_as_text() -> None:
    assert TOOLS["targets"].checked({"service": "game", "top": "5"})["top"] == 5
    assert TOOLS["services"].checked(GROUP | {"age": 30})["age"] == "30"
    with pytest.raises(BadArgument):
        TOOLS["targets"].checked({"service": "game", "top": "5.0"})


@pytest.mark.own_database
def test_over_http_every_request_needs_a_key(twin_site: Store, tmp_path: Path) -> None:
    workspace, port = tmp_path / "workspace", free_port()
    shutil.copytree(twin_site.path, workspace)
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("TELADS_", "DJANGO_")) and name != "DATABASE_URL"}  # fmt: skip
    own = kept | {"TELADS_WORKSPACE": str(workspace), "TELADS_LANG": "en", "TELADS_API_RATE": "30"}
    made = interpreter.python("-m", "telads", "apikey", "create", "assistant", env=own)
    key = next(word for word in made.stdout.split() if word.startswith("telads_"))
    address = f"http://127.0.0.1:{port}/mcp"
    command = [sys.executable, "-m", "telads", "mcp", "--http", "--port", str(port)]
    server = subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        assert address in server.stdout.readline()
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        accept = {"Accept": "application/json, text/event-stream"}
        bare = httpx.post(address, json=ping, headers=accept)
        assert (bare.status_code, bare.json()["error"]) == (401, "unauthorized")
        assert bare.headers["WWW-Authenticate"] == "Bearer"
        held = accept | {"Authorization": f"Bearer {key}"}
        assert httpx.post(address, json=ping, headers=held).json()["result"] == {}
        foreign = held | {"Host": "elsewhere.example"}
        assert httpx.post(address, json=ping, headers=foreign).status_code == 421
        long = httpx.post(address, content=b"[" + b" " * 100_000 + b"]",
                          headers=held | {"Content-Type": "application/json"})  # fmt: skip
        assert long.status_code == 413

        async def asked() -> CallToolResult:
            async with (
                httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as client,
                streamable_http_client(address, http_client=client) as (read, write, _),
                ClientSession(read, write) as opened,
            ):
                await opened.initialize()
                return await opened.call_tool("months", {})

        assert '"question": "months"' in text(anyio.run(asked))
        codes = [httpx.post(address, json=ping, headers=held) for _ in range(30)]
        assert codes[-1].status_code == 429
        assert int(codes[-1].headers["Retry-After"]) > 0
        interpreter.python("-m", "telads", "apikey", "revoke", "assistant", env=own)
        assert httpx.post(address, json=ping, headers=held).status_code == 401
    finally:
        server.terminate()
        server.communicate(timeout=30)
