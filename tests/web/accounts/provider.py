"""A small OpenID Connect provider on loopback: signs real tokens, and can be made to cheat."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

CLIENT, SECRET = "telads", "a secret of the tests"
KEY = generate_private_key(65537, 2048)
STRANGER = generate_private_key(65537, 2048)


@dataclass
class Provider:
    """What it says of whom, and what it does wrong."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    """Of the token, over what it would say by itself; None leaves one out."""
    key: RSAPrivateKey | str | None = KEY
    algorithm: str = "RS256"
    kid: str | None = "one"
    """Of the key a token says it was signed with; None: it says none."""
    published: list[str | None] = field(default_factory=lambda: ["one"])
    """Names of the keys it publishes, the first its own; None: a key without one."""
    refusal: tuple[int, str] | None = None
    """Status and content of its response to any code."""
    secret: str = SECRET
    told: dict[str, Any] = field(default_factory=dict)
    """Of the discovery document, over what it would say by itself."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/jwks",
            **self.told,
        }  # fmt: skip

    def authorize(self, address: str) -> str:
        """What the browser does there: signs in, and is sent back; the way back."""
        query = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.address}/authorize?")
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        assert len(query["nonce"]) >= 32
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?code={code}&state={query['state']}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The token of a code, once, for the right verifier."""
        asked = self.codes.pop(form["code"], None)
        if asked is None:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "sub": "u-1", "nonce": asked["nonce"],
            "iat": now, "exp": now + 300, "preferred_username": "kim", **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        named = {"kid": self.kid} if self.kid else {}
        signed = jwt.encode(claims, self.key, self.algorithm, headers=named)  # type: ignore[arg-type]
        return {"id_token": signed, "access_token": "x", "token_type": "Bearer"}

    def keys(self) -> dict[str, Any]:
        told = []
        for key, kid in zip((KEY, STRANGER), self.published, strict=False):
            public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            told.append({**public, **({"kid": kid} if kid else {}), "use": "sig", "alg": "RS256"})
        return {"keys": told}


def serve(provider: Provider) -> ThreadingHTTPServer:
    """Start it; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": provider.discovery,
                     "/jwks": provider.keys}  # fmt: skip
            self.answer(pages[self.path]() if self.path in pages else None)

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: one[0] for name, one in parse_qs(text).items()}
            if provider.refusal:
                self.send(*provider.refusal)
            elif form.get("client_secret", "") != provider.secret:
                self.send(401, json.dumps({"error": "invalid_client"}))
            else:
                self.answer(provider.token(form))

        def answer(self, found: dict[str, Any] | None) -> None:
            self.send(400 if found is None else 200,
                      json.dumps(found or {"error": "invalid_grant"}))  # fmt: skip

        def send(self, status: int, text: str) -> None:
            provider.asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
