"""What deploy/ names exists: settings, metrics, files; and containers are closed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from telads.settings import SETTINGS, Settings, unknown_settings
from telads.web.metrics import REGISTRY, STATE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE_ALONE = {"SITE", "POSTGRES_PASSWORD", "TLS"}
"""Variables of compose itself, which the program does not read."""


def example(all_of_it: bool) -> dict[str, str]:
    """The variables of .env.example; those commented out, too, or not."""
    begin = "#?" if all_of_it else ""
    found = re.findall(
        rf"^{begin}([A-Z_]+)=(.*)$", (DEPLOY / ".env.example").read_text("utf-8"), re.MULTILINE
    )
    return dict(found)


def test_the_example_of_settings_is_read_and_names_settings_alone(tmp_path: Path) -> None:
    named = example(all_of_it=True)
    assert not unknown_settings(named)
    known = {setting.variable for setting in SETTINGS}
    assert {name for name in named if name not in known} == COMPOSE_ALONE
    settings = Settings.load({}, DEPLOY / ".env.example")
    assert (settings.behind_tls, settings.proxies, settings.closed) == (True, 1, True)
    assert settings.allowed_hosts == ("ads.example",)
    everything = tmp_path / ".env"
    text = "\n".join(f"{name}={value}" for name, value in named.items())
    everything.write_text(text, "utf-8")
    assert Settings.load({}, everything).database_url.endswith("/run/postgresql")


def test_the_example_is_read_alike_by_whatever_reads_it() -> None:
    """Nothing that systemd, compose and the program would each take another way."""
    for name, value in example(all_of_it=True).items():
        allowed = r"[\w.,:/@?=%+-]*" if name != "TLS" else "tls internal"
        assert re.fullmatch(allowed, value), name


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return parsed


def test_services_of_compose_are_closed_and_only_the_proxy_is_reached(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert set(services) == {"web", "worker", "backup", "database", "proxy"}
    assert {name for name, one in services.items() if "ports" in one} == {"proxy"}
    for name in ("web", "worker", "backup", "proxy"):
        assert services[name]["read_only"], name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert services[name]["security_opt"] == ["no-new-privileges:true"], name
    known = {setting.variable for setting in SETTINGS}
    assert set(services["web"]["environment"]) <= known
    volumes = {mount.partition(":")[0] for one in services.values() for mount in one["volumes"]}
    assert {one for one in volumes if not one.startswith(".")} == set(compose["volumes"])
    for mount in services["proxy"]["volumes"]:
        if mount.startswith("./"):
            assert (DEPLOY / mount.partition(":")[0]).is_file()


def test_no_registry_is_named(compose: dict[str, Any]) -> None:
    """A bare name: where it comes from is the reader's choice."""
    images = [one["image"] for one in compose["services"].values()]
    recipe = (DEPLOY / "Containerfile").read_text("utf-8")
    images += re.findall(r"^ARG BASE=(\S+)", recipe, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", recipe, re.MULTILINE) == ["${BASE}", "${BASE}"]
    for image in images:
        assert "/" not in image, image
        assert "." not in image.partition(":")[0], image


def test_files_of_the_image_are_there_and_it_runs_as_nobody_special() -> None:
    recipe = (DEPLOY / "Containerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.MULTILINE):
        for name in line.split():
            assert [*ROOT.glob(name)], name
    assert "\nUSER 10001:10001\n" in recipe
    assert "HEALTHCHECK" in recipe


def metrics() -> set[str]:
    """Names of all samples that /metrics may hold."""
    counted = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    families = {metric.name for metric in REGISTRY.collect()}
    histograms = {f"{name}_{end}" for name in families for end in ("bucket", "count", "sum")}
    return {*STATE, *counted, *histograms, *(f"{name}_total" for name in families)}


def test_alerts_and_the_dashboard_ask_for_metrics_that_exist() -> None:
    rules = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text("utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "monitoring" / "grafana.json").read_text("utf-8"))
    asked = [rule["expr"] for rule in alerts]
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = {name for one in asked for name in re.findall(r"telads_\w+", one)}
    assert named <= metrics()
    assert set(STATE) <= named, "what is measured is watched"
    assert {"TeladsOldMonth", "TeladsJobFailed", "TeladsDiskFull", "TeladsNoiseBudget"} <= {
        rule["alert"] for rule in alerts
    }
    for rule in alerts:
        assert set(rule["annotations"]) == {"summary", "what_to_do"}
    listed = yaml.safe_load((DEPLOY / "monitoring" / "prometheus.yaml").read_text("utf-8"))
    assert listed["rule_files"] == ["alerts.yaml"]
