"""The website behind Debian's nginx, with the configuration that deploy/ has, over TLS."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from telads.store.workspace import Store
from tests import interpreter
from tests.tools import NGINX, chromium, lacking
from tests.upgrade.make_installation import NoRedirect, Visitor
from tests.web.server import Server, free_port

pytestmark = pytest.mark.slow
SITE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "ads.example"
PASSWORD = "a long enough phrase"
SETTINGS = {
    "TELADS_BEHIND_TLS": "1", "TELADS_PROXIES": "1", "TELADS_ALLOWED_HOSTS": NAME,
    "TELADS_OWN_WORKER": "0", "TELADS_SIGN_IN_ATTEMPTS": "3",
}  # fmt: skip
MEGABYTE = 1_000_000


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the name and this machine that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, secret


class Front(NamedTuple):
    """nginx in front of a website."""

    server: Server
    plain: int
    """Its port of HTTP."""
    tls: int
    trust: ssl.SSLContext

    def visitor(self) -> Behind:
        return Behind(self)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPSConnection("127.0.0.1", self.tls, context=self.trust, timeout=60)
        connection.request("GET", path, headers={"Host": NAME, **headers})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        connection.close()
        return answer.status, found, body


class Behind(Visitor):
    """A visitor who asks through nginx, by the website's name."""

    def __init__(self, front: Front) -> None:
        super().__init__(f"https://127.0.0.1:{front.tls}")
        trusting = HTTPSHandler(context=front.trust)
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), NoRedirect(), trusting)

    def _ask(self, request: Request) -> tuple[int, str]:
        request.add_header("Host", NAME)
        request.add_header("Referer", f"https://{NAME}/")
        return super()._ask(request)


@pytest.fixture(scope="module")
def front(twin_site: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        lacking(NGINX, "there is no nginx")
    folder = tmp_path_factory.mktemp("nginx")
    workspace = Store(folder / "workspace")
    shutil.copytree(twin_site.path, workspace.path)
    made = interpreter.telads(
        workspace.path, "user", "create", "root", "--role", "administrator", "--password-stdin",
        input=f"{PASSWORD}\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        server = Server(workspace.path, workers=1)
    chain, key = certificate(folder)
    plain, tls = free_port(), free_port()
    nginx = None
    try:
        (folder / "site.conf").write_text(adapted(plain, tls, server.port, chain, key), "utf-8")
        (folder / "nginx.conf").write_text(whole(folder), "utf-8")
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"),
                   "-e", str(folder / "error.txt")]  # fmt: skip
        said = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr
        nginx = subprocess.Popen(command)
        server.wait()
        yield Front(server, plain, tls, ssl.create_default_context(cafile=str(chain)))
        assert not [line for line in (folder / "error.txt").read_text("utf-8").splitlines()
                    if "[emerg]" in line or "upstream prematurely" in line]  # fmt: skip
    finally:
        if nginx is not None:
            nginx.terminate()
            nginx.wait()
        server.kill()


def adapted(plain: int, tls: int, upstream: int, chain: Path, key: Path) -> str:
    """The site of deploy/ with the ports and files of this test; each has to be there."""
    text = SITE.read_text("utf-8")
    for former, own, times in (
        ("    listen [::]:80;\n", "", 1), ("    listen [::]:443 ssl http2;\n", "", 1),
        ("listen 80;", f"listen 127.0.0.1:{plain};", 1),
        ("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl", 1),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}", 1),
        ("/etc/ssl/telads/fullchain.pem", str(chain), 1),
        ("/etc/ssl/telads/privkey.pem", str(key), 1),
    ):  # fmt: skip
        assert text.count(former) == times, former
        text = text.replace(former, own)
    return text


def whole(folder: Path) -> str:
    """A configuration around the site that writes into a folder alone."""
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join([
        "user root;" if os.geteuid() == 0 else "", "daemon off;", "worker_processes 1;",
        f"pid {folder}/pid;", f"error_log {folder}/error.txt;", "events {}", "http {",
        "access_log off;", *(f"{place}_temp_path {folder}/{place};" for place in places),
        f"include {folder}/site.conf;", "}", "",
    ])  # fmt: skip


def test_plain_http_is_redirected_by_nginx(front: Front) -> None:
    connection = HTTPConnection("127.0.0.1", front.plain, timeout=30)
    connection.request("GET", "/en/data/?sex=F", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{NAME}/en/data/?sex=F")
    connection.close()


def test_headers_over_tls(front: Front) -> None:
    status, headers, _ = front.get("/en/account/sign-in/")
    assert status == 200
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["server"] == "nginx", "no version"
    assert headers["set-cookie"].startswith("__Host-telads-csrf=")
    assert "; Secure" in headers["set-cookie"]
    status, headers, _ = front.get("/en/", **{"Accept-Encoding": "br"})
    assert (status, headers["content-encoding"]) == (200, "br")
    assert front.get("/en/", Host="evil.example")[0] == 400


def test_http_2_is_offered(front: Front) -> None:
    trust = ssl.create_default_context(cafile=None)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", front.tls), timeout=30) as plain,
        trust.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        assert connection.version() == "TLSv1.3"


def test_monitoring_is_asked_directly_and_figures_are_not_told_outside(front: Front) -> None:
    assert front.server.get("/healthz")[0] == 200, "by 127.0.0.1, which is no name of the website"
    assert front.server.get("/metrics")[0] == 200
    assert front.get("/healthz")[0] == 200
    assert front.get("/metrics")[0] == 404


def test_without_the_proxy_a_page_says_what_is_missing(front: Front) -> None:
    status, page, _ = front.server.get("/en/", Host=NAME)
    assert status == 503
    assert "X-Forwarded-Proto" in page


def test_an_address_is_that_of_the_connection_whatever_the_client_writes(front: Front) -> None:
    """Wrong passwords lock the name for this address, though each names another one."""
    pages = []
    for number in range(4):
        visitor = front.visitor()
        forged = {"X-Forwarded-For": f"198.51.100.{number}", "X-Forwarded-Proto": "https"}
        visitor._opener.addheaders = [*forged.items()]
        token = visitor.get("/en/account/sign-in/")[1].split('csrfmiddlewaretoken" value="')[1]
        fields = f"csrfmiddlewaretoken={token.split(chr(34))[0]}&username=nobody&password=wrong"
        where = f"{visitor.address}/en/account/sign-in/"
        pages.append(visitor._ask(Request(where, fields.encode()))[0])
    assert pages == [200, 200, 429, 429]


def test_a_hundred_megabytes_are_uploaded_and_more_are_refused(
    front: Front, tmp_path: Path
) -> None:
    root = front.visitor()
    given = {"username": "root", "password": PASSWORD}
    assert root.post("/en/account/sign-in/", "/en/account/sign-in/", given) == "/en/"
    file = tmp_path / "2023.6.csv"
    file.write_bytes(os.urandom(MEGABYTE) * 99)
    began = time.monotonic()
    job = root.post("/en/admin-data/", "/en/admin-data/upload/", {"month": ""}, file)
    assert job.startswith("/en/admin-data/jobs/"), time.monotonic() - began
    (stored,) = front.server.out.parent.glob("uploads/*/*/*")
    assert (
        hashlib.sha256(stored.read_bytes()).digest() == hashlib.sha256(file.read_bytes()).digest()
    )
    connection = HTTPSConnection("127.0.0.1", front.tls, context=front.trust, timeout=30)
    connection.putrequest("POST", "/en/admin-data/upload/", skip_host=True)
    for name, value in {"Host": NAME, "Content-Length": str(200 * MEGABYTE)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413, "before any of it was sent"
    connection.close()


def test_files_come_through_as_they_are(front: Front) -> None:
    for path in ("/en/data/population.svg", "/en/data/people.csv", "/api/v1/targets?service=game"):
        status, headers, body = front.get(path)
        through = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1", "Host": NAME}
        request = Request(front.server.address + path, headers=through)
        with urllib.request.urlopen(request, timeout=60) as direct:
            assert (status, headers["content-type"]) == (200, direct.headers["Content-Type"]), path
            assert body == direct.read()


def test_pages_of_a_browser_come_by_http_2_and_exchange_their_parts(front: Front) -> None:
    """htmx, cookies that need TLS, and signing in, in Chromium."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {NAME}:443 127.0.0.1:{front.tls}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(f"https://{NAME}/en/account/sign-in/")
        page.fill("input[name=username]", "root")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"https://{NAME}/en/")
        page.goto(f"https://{NAME}/en/customers/")
        hop = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
        assert page.evaluate(hop) == "h2"
        with page.expect_response(
            lambda answer: answer.request.headers.get("hx-request") == "true"
        ) as exchanged:
            page.select_option("select[name=age]", index=4)
        assert exchanged.value.status == 200
        names = {cookie["name"] for cookie in page.context.cookies()}
        assert {"__Host-telads-session", "__Host-telads-csrf"} >= names
        assert "__Host-telads-session" in names
        browser.close()
