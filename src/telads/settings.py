"""Settings as data: name, default, help. Read from `TELADS_*` variables and a `.env` file.

Environment variables take precedence over the file. `telads doctor` prints all settings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from urllib.parse import urlsplit

from telads.errors import SettingError, meant
from telads.text import Text, same


@dataclass(frozen=True)
class Setting:
    """One setting; its environment variable is `TELADS_` and the name in capitals."""

    name: str
    default: str
    parse: Callable[[str], object]
    text: Text
    secret: bool = False
    """Whether its value is never printed."""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"TELADS_{self.name.upper()}"


def _folder(text: str) -> object:
    try:
        return Path(text).expanduser()  # a shell does it, a .env file does not
    except RuntimeError as error:
        raise ValueError(text) from error


def _folder_or_none(text: str) -> object:
    return _folder(text) if text else None


def _at_least(low: float, kind: Callable[[str], float]) -> Callable[[str], object]:
    def parse(text: str) -> object:
        number = kind(text)
        if not number >= low:
            raise ValueError(text)
        return number

    return parse


def _limit(text: str) -> object:
    """A number above 0, or none."""
    return None if not text else (float(text) if 0 < float(text) < inf else _refuse(text))


def _share(text: str) -> object:
    number = float(text)
    if not -1 <= number <= 1:
        raise ValueError(text)
    return number


def _language(text: str) -> object:
    if text not in {"", "ko", "en"}:
        raise ValueError(text)
    return text


def _files(text: str) -> object:
    return tuple(_folder(word.strip()) for word in text.split(",") if word.strip())


def _words(text: str) -> object:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _switch(text: str) -> object:
    return {"0": False, "1": True}[text] if text in {"0", "1"} else _refuse(text)


def _database(text: str) -> object:
    known = text == "" or text.startswith(("postgres://", "postgresql://"))
    _ = urlsplit(text).port  # raises for a non-numeric port
    return text if known else _refuse(text)


def _address(text: str) -> object:
    """An HTTPS address, or one of this machine."""
    url = urlsplit(text)
    own = url.scheme == "http" and url.hostname in {"127.0.0.1", "localhost", "::1"}
    return text if not text or (url.scheme == "https" and url.hostname) or own else _refuse(text)


def _site(text: str) -> object:
    """The address of a website: scheme, host and at most a folder."""
    url = urlsplit(text)
    good = url.scheme in {"http", "https"} and url.hostname and not (url.query or url.fragment)
    return text if not text or good else _refuse(text)


def _origins(text: str) -> object:
    """Origins of pages: scheme and host, at most with a port."""
    found = tuple(word.strip() for word in text.split(",") if word.strip())
    good = all(re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", one) for one in found)
    return found if good else _refuse(text)


def _security(text: str) -> object:
    return text if text in {"starttls", "tls", "none"} else _refuse(text)


def _role_map(text: str) -> object:
    """`planners=planner,bosses=administrator` as pairs."""
    pairs = tuple(tuple(part.strip() for part in word.rpartition("=")[::2])
                  for word in text.split(",") if word.strip())  # fmt: skip
    good = all(name and role in {"viewer", "planner", "administrator"} for name, role in pairs)
    return pairs if good else _refuse(text)


def _refuse(text: str) -> object:
    raise ValueError(text)


SETTINGS: tuple[Setting, ...] = (
    Setting("workspace", "./telads-data", _folder, Text(
        "셀, 파일 이력, 데이터 버전을 두는 폴더", "folder of cells, file history and data "
                                                  "versions")),
    Setting("dataset", "", _folder_or_none, Text(
        "새 작업 폴더의 데이터 정의가 있는 폴더, 비우면 들어 있는 서울 데이터",
        "folder of the dataset's definition for a new workspace; empty: the one of Seoul")),
    Setting("lang", "", _language, Text(
        "명령줄 언어 ko 또는 en, 비우면 로캘을 따름",
        "language of the command line, ko or en; empty: the locale's")),
    Setting("floor", "50", _at_least(50, float), Text(
        "이보다 적은 인원은 보여 주지 않음(50 이상)",
        "minimum group size: groups of fewer people are not shown (50 or more)")),
    Setting("forecast_phi", "0", _share, Text(
        "다음 달 예측에 더할 최근 변화의 비율(-1~1)",
        "share of the latest change added to the forecast (-1..1)")),
    Setting("lock_seconds", "30", _at_least(0, float), Text(
        "다른 작업이 끝나기를 기다리는 시간(초)", "how long to wait for another writer")),
    Setting("builds_kept", "3", _at_least(1, int), Text(
        "남겨 두는 데이터 버전 수", "how many data versions are kept")),
    Setting("epsilon_limit", "", _limit, Text(
        "telads aggregate의 노이즈가 모두 합쳐 쓸 수 있는 epsilon, 비우면 한도 없음",
        "epsilon that all noise of telads aggregate may spend in total (empty: no limit)")),
    Setting("replaced_cells_kept", "0", _switch, Text(
        "가입자 로그로 만든 달이 바뀌어도 이전 셀 파일을 남기는지 0 또는 1",
        "0 or 1: keep cells made from logs when their month is replaced or removed")),
    Setting("cells_group", "0", _switch, Text(
        "작업 폴더의 그룹이 셀 파일을 읽을 수 있는지 0 또는 1(그 밖의 파일은 늘 소유자만)",
        "0 or 1: the workspace's group may read the cells (all else is for the owner alone)")),
    Setting("host", "127.0.0.1", str, Text(
        "웹사이트 주소", "address the website listens on")),
    Setting("port", "8000", _at_least(1, int), Text("웹사이트 포트", "port of the website")),
    Setting("workers", "1", _at_least(1, int), Text(
        "웹사이트 프로세스 수", "processes of the website")),
    Setting("own_worker", "1", _switch, Text(
        "올린 파일을 웹사이트가 직접 처리하는지 0 또는 1(0이면 telads worker를 실행)",
        "0 or 1: the website itself loads uploaded files (0: run telads worker)")),
    Setting("upload_limit", "100", _at_least(1, int), Text(
        "웹에서 한 번에 올릴 수 있는 크기(MB)", "MB that can be uploaded at once")),
    Setting("uploads_kept_days", "7", _at_least(1, int), Text(
        "실패했거나 중단된 작업의 올린 파일을 남겨 두는 날수",
        "days that uploaded files of failed or interrupted jobs are kept")),
    Setting("allowed_hosts", "", _words, Text(
        "웹사이트를 부르는 이름들, 쉼표로 구분(비우면 이 컴퓨터만)",
        "host names of the website, comma separated (empty: this machine only)")),
    Setting("behind_tls", "0", _switch, Text(
        "앞단이 HTTPS로 받는지 0 또는 1(HSTS, 보안 쿠키)",
        "0 or 1: a proxy in front speaks HTTPS (HSTS, secure cookies)")),
    Setting("hsts_preload", "0", _switch, Text(
        "HSTS를 하위 도메인과 브라우저의 사전 등록 목록(preload)까지 넓힐지 0 또는 1",
        "0 or 1: HSTS also for all subdomains and for the preload lists of browsers")),
    Setting("proxies", "0", _at_least(0, int), Text(
        "앞단에 있는 프록시의 수, 이만큼만 X-Forwarded-For를 믿음(0: 없음)",
        "number of proxies in front; as many entries of X-Forwarded-For are trusted")),
    Setting("sign_in_attempts", "5", _at_least(1, int), Text(
        "한 주소에서 한 이름으로 틀릴 수 있는 횟수, 넘으면 그 주소의 그 이름을 잠금",
        "wrong passwords that lock a name for the address they came from")),
    Setting("sign_in_address_attempts", "20", _at_least(0, int), Text(
        "한 주소에서 모든 이름으로 틀릴 수 있는 횟수, 넘으면 그 주소를 잠금(0: 제한 없음)",
        "wrong passwords for any names that lock an address (0: no limit)")),
    Setting("sign_in_lock_minutes", "15", _at_least(1, int), Text(
        "로그인을 잠그는 시간(분)", "minutes for which signing in is locked")),
    Setting("database_url", "", _database, Text(
        "웹사이트 데이터베이스 postgres://..., 비우면 작업 폴더의 SQLite",
        "the website's database, postgres://...; empty: SQLite in the workspace")),
    Setting("closed", "0", _switch, Text(
        "모든 페이지와 API를 로그인한 사람에게만 여는지 0 또는 1",
        "0 or 1: every page and the API are for people who have signed in")),
    Setting("oidc_issuer", "", _address, Text(
        "통합 로그인(OpenID Connect) 제공자의 주소, 비우면 쓰지 않음",
        "the single sign-on's issuer (OpenID Connect); empty: none")),
    Setting("oidc_client_id", "", str, Text(
        "제공자에 등록한 이 웹사이트의 이름", "client ID of this website at the provider")),
    Setting("oidc_client_secret", "", str, Text(
        "제공자가 준 비밀값(공개 클라이언트면 비움)",
        "client secret (empty for a public client)"), secret=True),
    Setting("oidc_name", "", str, Text(
        "로그인 단추에 쓸 이름", "name on the sign-in button")),
    Setting("oidc_role_claim", "", str, Text(
        "역할이 적힌 클레임, 예: realm_access.roles (비우면 열람자로 시작)",
        "claim that holds roles, as realm_access.roles (empty: all begin as viewers)")),
    Setting("oidc_roles", "", _role_map, Text(
        "클레임 값과 역할, 예: media=planner,it=administrator",
        "its values and the roles they mean, as media=planner,it=administrator")),
    Setting("oidc_recheck_minutes", "60", _at_least(1, int), Text(
        "제공자에게 로그인과 역할을 다시 확인하는 간격(분)",
        "minutes after which sign-in and role are checked at the provider again")),
    Setting("site_address", "", _site, Text(
        "알림에 적을 웹사이트 주소, 예: https://ads.example.com (비우면 링크 없음)",
        "address of the website in notices, as https://ads.example.com (empty: no links)")),
    Setting("smtp_host", "", str, Text(
        "알림을 보낼 메일 서버, 비우면 이메일을 보내지 않음",
        "mail server that sends notices (empty: no e-mail is sent)")),
    Setting("smtp_port", "587", _at_least(1, int), Text("메일 서버의 포트", "its port")),
    Setting("smtp_security", "starttls", _security, Text(
        "메일 서버와의 암호화: starttls, tls 또는 none",
        "encryption of the mail server's connection: starttls, tls or none")),
    Setting("smtp_user", "", str, Text(
        "메일 서버의 사용자 이름, 비우면 로그인하지 않음",
        "user name at the mail server (empty: none)")),
    Setting("smtp_password", "", str, Text(
        "메일 서버의 비밀번호", "its password"), secret=True),
    Setting("mail_from", "telads@localhost", str, Text(
        "알림의 보내는 사람", "sender of notices")),
    Setting("webhook_private", "0", _switch, Text(
        "웹훅이 내부 네트워크 주소와 http를 쓸 수 있는지 0 또는 1",
        "0 or 1: webhooks may use private addresses and plain http")),
    Setting("ad_places", "", _files, Text(
        "광고 시스템의 지역 ID 목록(CSV) 파일들, 쉼표로 구분",
        "CSV files with the ad systems' ids of places, comma separated")),
    Setting("embed_origins", "", _origins, Text(
        "차트와 목록을 넣을 수 있는 사이트들, 예: https://intra.example.com (쉼표로 구분, 비우면 "
        "없음)",
        "sites whose pages may embed charts and lists, as https://intra.example.com (comma "
        "separated; empty: none)")),
    Setting("embed_days", "365", _at_least(1, int), Text(
        "삽입 링크를 쓸 수 있는 날수", "days for which an embedded link is valid")),
    Setting("api_keys", "0", _switch, Text(
        "API에 키가 필요한지 0 또는 1", "0 or 1: the API requires an API key")),
    Setting("api_rate", "0", _at_least(0, int), Text(
        "주소(또는 API 키)마다 1분에 받을 API 요청 수, 프로세스마다 따로 셈(0: 제한 없음)",
        "API requests a minute for each address or key, by each process (0: no limit)")),
)  # fmt: skip


ELSEWHERE = frozenset({
    "TELADS_FONT_DIR", "TELADS_SUPERVISOR", "TELADS_SEOUL_DATA", "TELADS_SCREENSHOTS",
    "TELADS_SOAK_TIMES", "TELADS_TEST_ALL",
})  # fmt: skip
"""Variables with the prefix that are not settings: of fonts, server processes, tests and bench."""


def unknown_settings(texts: Mapping[str, str]) -> list[Text]:
    """Warnings about variables that look like settings but are not."""
    known = [setting.variable for setting in SETTINGS]
    told = []
    for name in sorted(texts):
        if not name.casefold().startswith("telads_") or name in {*known, *ELSEWHERE}:
            continue
        near = meant(name, map(same, known))
        told.append(Text(
            f"{name}은(는) 설정이 아니어서 쓰이지 않습니다. {near.ko}docs/settings.md를 봐 주세요.",
            f"{name} is not a setting and has no effect. {near.en}See docs/settings.md.",
        ))  # fmt: skip
    return told


def written(value: object) -> str:
    """A setting's value as text, without the password in an address."""
    if isinstance(value, tuple):
        return ",".join("=".join(one) if isinstance(one, tuple) else one for one in value)
    if value is None:
        return ""
    if isinstance(value, bool | float):
        return f"{value:g}"
    return re.sub(r"(://[^:@/]*):.*@", r"\1:***@", str(value))


@dataclass(frozen=True)
class Settings:
    """The values of all settings, checked."""

    workspace: Path
    dataset: Path | None
    lang: str
    floor: float
    forecast_phi: float
    lock_seconds: float
    builds_kept: int
    epsilon_limit: float | None
    replaced_cells_kept: bool
    cells_group: bool
    host: str
    port: int
    workers: int
    own_worker: bool
    upload_limit: int
    uploads_kept_days: int
    allowed_hosts: tuple[str, ...]
    behind_tls: bool
    hsts_preload: bool
    proxies: int
    sign_in_attempts: int
    sign_in_address_attempts: int
    sign_in_lock_minutes: int
    database_url: str
    closed: bool
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str
    oidc_role_claim: str
    oidc_roles: tuple[tuple[str, str], ...]
    oidc_recheck_minutes: int
    site_address: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password: str
    mail_from: str
    webhook_private: bool
    ad_places: tuple[Path, ...]
    embed_origins: tuple[str, ...]
    embed_days: int
    api_keys: bool
    api_rate: int

    @classmethod
    def load(
        cls, environment: Mapping[str, str] | None = None, file: Path | None = None
    ) -> Settings:
        """Read all settings; raises `SettingError` naming the variable with a wrong value."""
        texts = texts_of(environment, file)
        values: dict[str, object] = {}
        for setting in SETTINGS:
            text = texts.get(setting.variable, setting.default)
            if setting.name == "database_url":  # the name hosting services use
                text = text or texts.get("DATABASE_URL", "")
            try:
                values[setting.name] = setting.parse(text)
            except ValueError as error:
                raise SettingError(
                    Text(
                        f"설정 {setting.variable}의 값이 올바르지 않습니다.",
                        f"The setting {setting.variable} has a wrong value.",
                    ),
                    setting.text,
                    value="***" if setting.secret else written(text),
                ) from error
        return cls(**values)  # type: ignore[arg-type]


def texts_of(
    environment: Mapping[str, str] | None = None, file: Path | None = None
) -> dict[str, str]:
    """All variables, unchecked; raises `SettingError` for a file that cannot be read.

    Empty values count as unset: an empty workspace must not mean the current folder.
    """
    sources = (
        _from_file(file or Path(".env")),
        os.environ if environment is None else environment,
    )
    return {name: text.strip() for one in sources for name, text in one.items() if text.strip()}


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        values = dotenv_values(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            Text("설정 파일을 읽을 수 없습니다.", "The settings file cannot be read."),
            Text("UTF-8로 저장해 주세요.", "Save it as UTF-8."),
            file=path,
        ) from error
    return {name: text for name, text in values.items() if text is not None}
