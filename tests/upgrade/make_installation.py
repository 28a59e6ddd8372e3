"""Make the stored installation of a version: `python make_installation.py TELADS TARGET.tar.xz`.

TELADS is the command of the version, as its checkout installs it. Everything is made by that
command and by the website it serves, never by this checkout; only the standard library is imported.
What has no other way out, as the API key, is written beside the workspace.

    workspace/     synthetic months of three districts, to be small, and the SQLite database
    backup.tar     its backup without gzip, so that equal files take room once
    facts.json     names, passwords, key and link, all of this installation alone
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import uuid
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

MONTHS = "2022-12..2023-03"
WRONG, UPLOADED = "2022-12", "2023-03"
"""The month that is taken back again, and the one that comes by the website."""
DISTRICTS, NEIGHBOURHOODS, AGES = ("강남구", "종로구"), 2, ("20", "25", "30", "35")
"""What is kept of each month."""
SEGMENT = ("--district", "강남구", "--sex", "F", "--age", "30")
PEOPLE = {"root": "administrator", "kim": "planner", "lee": "viewer"}
RULES = {"where": {"all": [{"age": [20, 30]}, {"service": "delivery", "affinity": 0.2}]}}
PLAN = {
    "name": "여름 배달", "advertise": "delivery", "month": "2023-02", "budget": "50,000,000",
    "unit": "1000", "goal": "", "often": "", "rules": json.dumps(RULES),
    "p0_service": "shopping", "p0_price": "3500", "p0_minimum": "5,000,000",
    "p0_cap": "20000000", "p0_curve": "1.4",
    "p1_service": "youtube", "p1_price": "4500", "p1_curve": "1:0.4, 3:0.7", "p1_name": "짧은 영상",
}  # fmt: skip
LEFT_OUT = {"static", "figures", "lock", "uploads", "pictures"}
"""Of the workspace: made again by whichever version serves it."""


class Visitor:
    """A minimal browser: cookies, forms with their tokens, redirects not followed."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), NoRedirect())

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text, or where a redirect leads."""
        return self._ask(Request(self.address + path, headers=headers))

    def post(self, form: str, path: str, fields: dict[str, str], file: Path | None = None) -> str:
        """Send the form of a page; where the answer leads, or the page that it is."""
        page = self.get(form)[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page[:2000]
        given = {"csrfmiddlewaretoken": token[1], **fields}
        boundary = uuid.uuid4().hex
        if file is None:
            kind, body = "application/x-www-form-urlencoded", urlencode(given).encode()
        else:
            kind, body = f"multipart/form-data; boundary={boundary}", _parts(boundary, given, file)
        status, answer = self._ask(Request(self.address + path, body, {"Content-Type": kind}))
        assert status in {200, 302}, (status, answer[:2000])
        return answer

    def _ask(self, request: Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except HTTPError as error:
            text = error.read().decode()
            return error.code, error.headers.get("Location") or text


class NoRedirect(HTTPRedirectHandler):
    """Where an answer leads is told, not followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _parts(boundary: str, fields: dict[str, str], file: Path) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    parts.append(f'{head}"files"; filename="{file.name}"\r\n\r\n'.encode())
    return b"".join([*parts, file.read_bytes(), f"\r\n--{boundary}--\r\n".encode()])


def make(telads: str, target: Path) -> None:
    """Make the installation and pack it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files, workspace = folder / "files", folder / "workspace"
        environment = {**os.environ, "TELADS_WORKSPACE": str(workspace), "TELADS_LANG": "en"}

        def run(*arguments: object, given: str = "") -> str:
            done = subprocess.run(
                [telads, *map(str, arguments)], cwd=folder, env=environment, input=given,
                stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            return done.stdout.strip()

        run("synth", files, "--months", MONTHS, "--file-format", "csv")
        months = _cut(files)
        run("ingest", *(path for month, path in months.items() if month != UPLOADED))
        run("build")
        run("forget", WRONG)
        facts: dict[str, Any] = {"version": run("--version").split()[-1], "passwords": {}}
        for name, role in PEOPLE.items():
            password = f"{name} of the stored one"
            facts["passwords"][name] = password
            run("user", "create", name, "--role", role, "--password-stdin", given=password + "\n")
        run("user", "disable", "lee")
        run("user", "enable", "lee")
        answer = run("apikey", "create", "reports", "--format", "json")
        facts["key"] = re.search(r"telads_[\w-]{20,}", answer)[0]  # type: ignore[index]
        address = f"http://127.0.0.1:{_free_port()}"
        port = address.rpartition(":")[2]
        server = subprocess.Popen([telads, "serve", "--port", port], cwd=folder, env=environment)
        try:
            facts |= _used(address, facts["passwords"], months[UPLOADED])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
        facts["services"] = json.loads(run("services", *SEGMENT, "--format", "json"))
        run("backup", folder / "backup.tar.gz")
        (folder / "backup.tar").write_bytes(
            gzip.decompress((folder / "backup.tar.gz").read_bytes())
        )
        text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "facts.json").write_text(text + "\n", encoding="utf-8")
        with tarfile.open(target, "w:xz", preset=9) as archive:
            for path in (workspace, folder / "backup.tar", folder / "facts.json"):
                archive.add(path, path.name, filter=_packed)


def _cut(files: Path) -> dict[str, Path]:
    """Keep the first neighbourhoods of some districts; each file by its month."""
    found = {}
    for path in sorted(files.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as opened:
            head, *rows = csv.reader(opened)
        kept: dict[str, set[str]] = {district: set() for district in DISTRICTS}
        for code, district, *_ in sorted(rows):
            if district in kept and len(kept[district]) < NEIGHBOURHOODS:
                kept[district].add(code)
        codes = set().union(*kept.values())
        chosen = [row for row in rows if row[0] in codes and row[4] in AGES]
        with path.open("w", encoding="utf-8-sig", newline="") as opened:
            csv.writer(opened).writerows([head, *chosen])
        year, month = map(int, re.findall(r"\d+", path.name)[:2])
        found[f"{year}-{month:02}"] = path
    return found


def _used(address: str, passwords: dict[str, str], upload: Path) -> dict[str, Any]:
    """Do on the website what people do there; a plan's link, and how many of each action."""
    root, kim = Visitor(address), Visitor(address)
    _wait(root)
    for visitor, name in ((root, "root"), (kim, "kim")):
        sign_in = {"username": name, "password": passwords[name]}
        visitor.post("/account/sign-in/", "/account/sign-in/", sign_in)
    plan = kim.post("/plans/new/", "/plans/new/", {**PLAN, "save": "1"})
    edited = {**PLAN, "budget": "60,000,000", "after": "1", "save": "1"}
    kim.post(f"{plan}edit/", f"{plan}edit/", edited)
    kim.post(plan, f"{plan}access/", {"who": "lee", "level": "read"})
    page = kim.post(plan, f"{plan}versions/2/share/", {"days": "365"})
    link = re.search(r"/plans/shared/[\w-]+/", page)
    assert link, page
    other = kim.post("/plans/new/", "/plans/new/", {**PLAN, "name": "지난 계획", "save": "1"})
    kim.post(other, f"{other}archive/", {"away": "1"})
    job = root.post("/admin-data/", "/admin-data/upload/", {"month": ""}, upload)
    for _ in range(300):
        if f"{upload.name}" in (page := root.get(job)[1]) and "hx-trigger" not in page:
            break
        time.sleep(0.5)
    return {"plan": plan, "archived": other, "link": link[0], "job": job}


def _wait(visitor: Visitor) -> None:
    for _ in range(300):
        try:
            if visitor.get("/healthz")[0] == 200:
                return
        except URLError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _packed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if LEFT_OUT & set(Path(member.name).parts) else member


if __name__ == "__main__":
    command, archive = sys.argv[1:]
    make(str(Path(command).absolute()), Path(archive).absolute())
