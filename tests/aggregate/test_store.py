"""Logs in an object store: every file's schema, the usual credentials, and none of them kept."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import pytest
from deltalake import write_deltalake
from moto.server import ThreadedMotoServer
from pyiceberg.catalog.sql import SqlCatalog

from telads.aggregate.inputs import read_events
from telads.engines import event_engine
from telads.engines.parquet_files import without_credentials
from telads.errors import DataError
from telads.store.workspace import Store
from tests.aggregate import logs
from tests.aggregate.test_lakes import PEOPLE, events
from tests.cli.conftest import Telads

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIDPLANTEDKEY", "AWS_SECRET_ACCESS_KEY": "planted-secret-of-a-store",
    "AWS_SESSION_TOKEN": "planted-token-of-a-store",
}  # fmt: skip
BUCKET = "s3://carrier"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A store of this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(address: str) -> Any:
    """A log of plain files by months, with its small tables, and the same rows as a Delta table."""
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="x",
        aws_secret_access_key="x",
    )  # fmt: skip
    client.create_bucket(Bucket="carrier")
    rows = events().with_columns(month=pl.col("date").dt.strftime("%Y-%m").fill_null("none"))
    for (month,), part in rows.partition_by("month", as_dict=True).items():
        put(client, f"log/events/month={month}/0.parquet", part.drop("month"))
    options = {
        "AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_S3_ALLOW_UNSAFE_RENAME": "true",
    }  # fmt: skip
    write_deltalake(f"{BUCKET}/lake/events", rows, storage_options=options)
    return client


@pytest.fixture
def access(address: str, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The variables that a carrier sets."""
    others = {"AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"}
    for name, value in {**SECRETS, **others}.items():
        monkeypatch.setenv(name, value)
    return bucket


def put(client: Any, key: str, table: pl.DataFrame) -> None:
    content = io.BytesIO()
    table.write_parquet(content)
    client.put_object(Bucket="carrier", Key=key, Body=content.getvalue())


def cells_of(store: Store) -> bytes:
    (entry,) = store.ledger().current().values()
    return (store.cells_path / entry.cells).read_bytes()


def test_a_store_gives_the_cells_of_local_files_and_keeps_no_secret(
    access: Any, telads: Telads, tmp_path: Path
) -> None:
    """In the workspace, the ledger and all that is said."""
    logs.write(logs.events(PEOPLE), tmp_path / "log" / "events")
    mapping, places = logs.write_tables(tmp_path / "log")
    for table in (mapping, places):
        access.put_object(Bucket="carrier", Key=f"log/{table.name}", Body=table.read_bytes())
    made = []
    given = ("--mapping", mapping, "--places", places)
    paths = ((tmp_path / "log",), (f"{BUCKET}/log",), (f"{BUCKET}/lake/events@v0", *given))
    for number, words in enumerate(paths):
        place = tmp_path / f"w{number}"
        told = telads("aggregate", *words, "--month", "2023-06", "-w", place)
        assert told.code == 0, told.err
        assert "Warning" not in told.err
        made.append(cells_of(Store(place)))
        kept = b"".join(file.read_bytes() for file in place.rglob("*") if file.is_file())
        said = (told.out + told.err).encode() + kept
        assert not [name for name, secret in SECRETS.items() if secret.encode() in said]
    assert made[0] == made[1] == made[2]


def test_every_file_behind_a_url_must_have_every_column(access: Any) -> None:
    """One file that lacks one, or has it of another type, is named as a local one is."""
    engine = event_engine("polars")
    whole = events().head(5)
    wrong = {"lacks": whole.drop("home_code"), "type": whole.with_columns(service=pl.lit(1.5))}
    for folder, table in wrong.items():
        for number, one in enumerate((whole, table, whole)):
            put(access, f"{folder}/month=2023-03/{number}.parquet", one)
        with pytest.raises(DataError) as caught:
            read_events(engine, (f"{BUCKET}/{folder}/",))
        assert caught.value.facts["file"] == f"{BUCKET}/{folder}/month=2023-03/1.parquet"
        assert caught.value.facts["column"] in {"home_code", "service"}
    put(access, "damaged/0.parquet", whole)
    access.put_object(Bucket="carrier", Key="damaged/1.parquet", Body=b"PAR1 and nothing else")
    with pytest.raises(DataError) as caught:
        read_events(engine, (f"{BUCKET}/damaged",))
    assert "damaged" in caught.value.line("en")


def test_an_iceberg_table_lies_in_a_store(
    access: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its catalogue is here, its files are there; its newest metadata file may be named, too."""
    monkeypatch.setenv("PYICEBERG_CATALOG__CARRIER__URI", f"sqlite:///{tmp_path}/lake.db")
    monkeypatch.setenv("PYICEBERG_CATALOG__CARRIER__WAREHOUSE", f"{BUCKET}/iceberg")
    own = {name: os.environ[variable] for name, variable in (
        ("s3.endpoint", "AWS_ENDPOINT_URL"), ("s3.region", "AWS_REGION")
    )}  # fmt: skip
    uri, warehouse = f"sqlite:///{tmp_path}/lake.db", f"{BUCKET}/iceberg"
    catalogue = SqlCatalog("carrier", uri=uri, warehouse=warehouse, **own)
    catalogue.create_namespace("usage")
    rows = events().head(50).to_arrow()
    table = catalogue.create_table("usage.events", rows.schema)
    table.append(rows)
    engine = event_engine("polars")
    for path in ("iceberg://carrier/usage.events", table.metadata_location):
        assert engine.collect(read_events(engine, (path,))).height == 50


def test_a_profile_gives_access(
    access: Any, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (*SECRETS, "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name)
    (tmp_path / "credentials").write_text(
        "[carrier]\naws_access_key_id = x\naws_secret_access_key = planted-in-a-profile\n"
    )
    (tmp_path / "config").write_text(
        f"[profile carrier]\nregion = us-east-1\nendpoint_url = {address}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "carrier")
    engine = event_engine("polars")
    read = engine.collect(read_events(engine, (f"{BUCKET}/log/events",)))
    assert read.height == events().height


@pytest.mark.parametrize("url", [
    "s3://user:planted-password@carrier/log", "https://store/log?X-Amz-Signature=planted-password",
    "abfss://logs@carrier.dfs.core.windows.net/log?sv=2020&sig=planted-password",
])  # fmt: skip
def test_an_address_with_credentials_is_refused(telads: Telads, url: str, tmp_path: Path) -> None:
    told = telads("aggregate", url, "-w", tmp_path / "w", "--lang", "en")
    assert told.code == 2
    assert "contains credentials" in told.err
    assert "planted" not in told.err + told.out


def test_credentials_in_a_drivers_error_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "planted+key/==")
    for text in (
        "GET https://x.blob.core.windows.net/c?sv=1&sig=planted%2Bkey failed",
        "no access with planted+key/== to abfss://c@x.dfs.core.windows.net/log",
        "hdfs://user:planted@node:8020/log",
    ):
        assert "planted" not in without_credentials(text)
    plain = "abfss://c@x.dfs.core.windows.net/log/2023-0?/*.parquet"
    assert without_credentials(plain) == plain
