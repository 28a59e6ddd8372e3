"""Starting Spark, or joining the session that `spark-submit` started.

Settings that results depend on (`_always`) cannot be overridden. Everything else is a default:
a file of settings (`--spark-conf`), `--spark-master` and the options of `spark-submit` come first.
A Spark started here writes its log to a file, which is named in an error and otherwise removed.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from telads.dataset import in_force
from telads.engines.parquet_files import without_credentials
from telads.errors import DataError, SettingError, with_extra
from telads.text import Text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ANSI = ("spark.sql.ansi.enabled", "true")
"""Makes an overflowing sum an error instead of a wrong number."""
DEFAULTS = {
    "spark.app.name": "telads",
    "spark.ui.enabled": "false",  # it would listen on every network
    "spark.ui.showConsoleProgress": "false",
}
LOCAL = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
"""For a local Spark: reachable from this machine only."""
LOCAL_MASTER = "local[*]"
LEAST_MEMORY = 600_000_000
"""Java refuses to start Spark with less than about 470 MB."""
STAGING = "spark.telads.staging"
"""Setting of telads: a folder that the driver and all workers reach under the same URL."""
SETTING = re.compile(r"(spark\.[^\s=:]+)\s*[\s=:]\s*(\S.*)")
"""A line of a settings file, in Java's syntax."""
WRAPPER = "Exception thrown in awaitResult:"
"""Spark's prefix of an error from its workers."""
SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Variable by which `spark-submit` passes its gateway to the Python program."""


def _always() -> dict[str, str]:
    """Settings that results depend on: dates must be equal on every machine."""
    return dict([ANSI, ("spark.sql.session.timeZone", in_force().time_zone)])


def start(master: str | None, file: Path | None, memory: int | None) -> SparkSession:
    """Start a session, or join the process's own.

    `memory` is that of the driver in bytes, for a local Spark. Raises `SettingError` for a file
    that cannot be read, a cluster without STAGING, and a Spark that does not start.
    """
    wanted = read_settings(file) if file else {}
    if master:
        wanted["spark.master"] = master
    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        # PySpark warns on import about pandas versions; pandas is not used.
        warnings.simplefilter("ignore")
        running = SparkSession.getActiveSession()
        if running is None:
            _launch(wanted, memory)
            running = SparkSession.builder.getOrCreate()
            atexit.register(running.stop)
    session = running.newSession()
    for key, value in _always().items():
        session.conf.set(key, value)
    return session


def require_pyspark() -> None:
    """Raise `SettingError` if pyspark, or the Java it needs, is missing."""
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise SettingError(
            Text("Spark 엔진에는 PySpark가 필요합니다.", "The Spark engine needs PySpark."),
            with_extra("spark"),
        ) from error
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    if SUBMITTED not in os.environ and shutil.which(java) is None:
        raise SettingError(
            Text("Spark에는 Java 17 이상이 필요한데 찾을 수 없습니다.",
                 "Spark needs Java 17 or newer, and none was found."),
            Text("openjdk-17-jre-headless 같은 패키지를 설치하거나 JAVA_HOME을 정해 주세요.",
                 "Install a package like openjdk-17-jre-headless, or set JAVA_HOME."),
            value=java,
        )  # fmt: skip


def read_settings(file: Path) -> dict[str, str]:
    """Read a file like `spark-defaults.conf`: a key and a value a line, # for comments."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            Text("Spark 설정 파일을 읽을 수 없습니다.",
                 "The file of Spark's settings cannot be read."),
            Text("--spark-conf의 경로를 확인해 주세요.", "Check the path of --spark-conf."),
            file=file,
        ) from error  # fmt: skip
    settings = {}
    for row, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        setting = SETTING.fullmatch(text)
        if setting is None:
            raise SettingError(
                Text("Spark 설정이 아닌 줄이 있습니다.", "A line is not a Spark setting."),
                Text("'spark.executor.memory 4g'처럼 적어 주세요.",
                     "Write it like 'spark.executor.memory 4g'."),
                file=file, row=row, value=text,
            )  # fmt: skip
        settings[setting[1]] = setting[2]
    return settings


def _launch(wanted: Mapping[str, str], memory: int | None) -> None:
    """Start the JVM, or find that of `spark-submit`, and create its context."""
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    settings = dict(wanted)
    if SUBMITTED not in os.environ:
        settings = {"spark.master": LOCAL_MASTER, **DEFAULTS, **wanted}
        if is_local(settings["spark.master"]):
            settings = {**LOCAL, **settings}
            if memory:
                megabytes = max(memory, LEAST_MEMORY) // 1_000_000
                settings.setdefault("spark.driver.memory", f"{megabytes}m")
        _require_staging(settings)  # before waiting for a cluster
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    log = _new_log()
    try:
        with log.open("ab") as stream:
            gateway = launch_gateway(conf, {"stdout": stream, "stderr": stream})
        SparkContext._ensure_initialized(gateway=gateway)
        known = SparkConf(_jvm=SparkContext._jvm)  # with the options of spark-submit
        known.setAll(list(settings.items()))
        for key, value in DEFAULTS.items():
            known.setIfMissing(key, value)
        _require_staging(dict(known.getAll()))
        context = SparkContext(conf=known)
    except (OSError, Py4JError, PySparkException) as error:
        raise SettingError(
            Text("Spark를 시작할 수 없습니다.", "Spark cannot be started."),
            Text("Java 17 이상인지, master 주소와 설정이 맞는지 확인해 주세요.",
                 "Check that Java is 17 or newer, and the master's address and settings."),
            file=_told_log(), value=_reason(error),
        ) from error  # fmt: skip
    if is_local(context.master) and not known.contains("spark.sql.shuffle.partitions"):
        parts = max(2, context.defaultParallelism)
        context._jsc.sc().conf().set("spark.sql.shuffle.partitions", str(parts))


def is_local(master: str) -> bool:
    """Whether driver and workers are one process."""
    return master.startswith("local") and not master.startswith("local-cluster")


def _require_staging(settings: Mapping[str, str]) -> None:
    master = settings.get("spark.master", "")
    if not is_local(master) and not settings.get(STAGING):
        raise SettingError(
            Text("클러스터가 중간 결과를 둘 폴더를 알 수 없습니다.",
                 "The folder for the cluster's partial results is not set."),
            Text(f"{STAGING}에 모든 노드가 함께 쓰는 폴더(hdfs://, s3a://, file:///공유)를 "
                 "정해 주세요.",
                 f"Set {STAGING} to a folder that all nodes share (hdfs://, s3a://, "
                 "file:///shared)."),
            value=master,
        )  # fmt: skip


_logs: list[Path] = []
"""Logs of this process to remove at exit."""


def _new_log() -> Path:
    """Create a file for Spark's log, removed at exit unless an error has named it."""
    handle, name = tempfile.mkstemp(prefix="telads-spark-", suffix=".log")
    os.close(handle)
    _logs.append(Path(name))
    return _logs[-1]


def _told_log() -> Path | None:
    """The log, to be named in an error; it is kept."""
    return _logs.pop() if _logs else None


@atexit.register
def _remove_logs() -> None:
    for log in _logs:
        log.unlink(missing_ok=True)


@contextmanager
def explained(work: Text) -> Iterator[None]:
    """Errors of Spark as one line; raises `DataError`."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise DataError(
            work,
            Text("다시 하면 끝난 부분에서 이어집니다.",
                 "Run it again to continue from the finished parts."),
            file=_told_log(), value=_reason(error),
        ) from error  # fmt: skip


def _reason(error: Exception) -> str:
    """The first line of an error, or of what caused it, that says something."""
    java = getattr(error, "java_exception", None)
    told = []
    while java is not None:
        told.append(str(java.toString()))
        java = java.getCause()
    lines = [text.strip().splitlines()[0] for text in told or [str(error)] if text.strip()]
    reasons = (line for line in lines if not line.endswith(WRAPPER))
    return without_credentials(next(reasons, type(error).__name__)[:300])
