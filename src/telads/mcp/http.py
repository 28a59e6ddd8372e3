"""The tools over HTTP (the protocol's streamable HTTP), for programs with an API key.

Every request carries `Authorization: Bearer KEY`. It is answered alone and as JSON: there are no
sessions, so several servers may stand behind one address.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from telads.errors import TeladsError
from telads.mcp.server import Spent, server, spent
from telads.settings import Settings
from telads.store.workspace import Store
from telads.text import LANGUAGES, Lang

PATH = "/mcp"
MOST_BYTES = 100_000
"""Most bytes of a request, as of the API."""
STOP_SECONDS = 5


class Admission(NamedTuple):
    """Whether a key is admitted: what counts its processor time, or why it is not, and a status."""

    spent: Spent | None = None
    error: TeladsError | None = None
    status: int = 200


Admit = Callable[[str], Admission]
"""Called in a thread with the characters of a key."""
Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def application(store: Store, settings: Settings, lang: Lang, admit: Admit) -> App:
    """The ASGI application; raises `SettingError` without the SDK."""
    made = server(store, settings, lang)
    import anyio
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    # Names for which requests are answered: a page of another site must not reach this machine.
    names = settings.allowed_hosts or ("127.0.0.1", "localhost", "[::1]")
    manager = StreamableHTTPSessionManager(
        made, json_response=True, stateless=True, max_request_body_size=MOST_BYTES,
        security_settings=TransportSecuritySettings(
            allowed_hosts=[one for name in names for one in (name, f"{name}:*")],
            allowed_origins=[],
        ),
    )  # fmt: skip

    class Admitted:
        """Requests with a valid key; others are told why they are refused."""

        async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
            request = Request(scope)
            kind, _, key = request.headers.get("Authorization", "").partition(" ")
            given = key.strip() if kind.lower() == "bearer" else ""
            admission = await anyio.to_thread.run_sync(admit, given)
            if admission.error is None:
                spent.set(admission.spent)
                await manager.handle_request(scope, receive, send)
                return
            wanted = request.headers.get("Accept-Language", "")[:2]
            told = admission.error.problem(next((one for one in LANGUAGES if one == wanted), lang))
            headers = {"WWW-Authenticate": "Bearer"} if admission.status == 401 else {}
            if seconds := getattr(admission.error, "seconds", 0):
                headers["Retry-After"] = str(seconds)
            await JSONResponse(told, admission.status, headers)(scope, receive, send)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            yield

    app: App = Starlette(routes=[Route(PATH, Admitted())], lifespan=running)
    return app


def run_http(
    store: Store, settings: Settings, lang: Lang, admit: Admit, announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called with the address once it listens."""
    app = application(store, settings, lang, admit)
    import uvicorn

    class Announced(uvicorn.Server):
        async def startup(self, *given: Any, **named: Any) -> None:
            await super().startup(*given, **named)
            if self.started:
                host = f"[{settings.host}]" if ":" in settings.host else settings.host
                announce(f"http://{host}:{settings.port}{PATH}")

    Announced(uvicorn.Config(
        app, settings.host, settings.port, log_level="warning", access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=STOP_SECONDS,
    )).run()  # fmt: skip
