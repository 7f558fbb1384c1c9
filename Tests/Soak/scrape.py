"""Prometheus itself, on a gateway in use: scrapes it each second, with the alerts and the dashboard
of conf/.

Ends with an error when a scrape fails or comes short, an alert does not load, Prometheus warns of
anything, or a query of the dashboard cannot be evaluated or has no series although it should.

    make scrape    # with `prometheus` in the path, or PROMETHEUS=FILE
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "EndToEndTests"))

from harness.admin import LISTENING, Admin  # noqa: E402
from harness.configuration import base, merged  # noqa: E402
from harness.crowd import Crowd  # noqa: E402
from harness.gateway import ROOT, Gateway, Output  # noqa: E402
from harness.notes_api import NotesAPI  # noqa: E402
from harness.timing import wait_until  # noqa: E402
from harness.tokens import Issuer  # noqa: E402

_LISTENING = re.compile(r'"Listening on" address=127\.0\.0\.1:(\d+)')
_BAD = re.compile(r"level=(warn|error)")


class Prometheus:
    """Scrapes one target each second, as the job that conf/alerts.yaml speaks of."""

    def __init__(self, program: str, target: str, directory: Path) -> None:
        file = directory / "prometheus.yml"
        # JSON is YAML.
        file.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(ROOT / "conf" / "alerts.yaml")],
            "scrape_configs": [
                {"job_name": "notes-gateway", "static_configs": [{"targets": [target]}]}
            ],
        }))
        self._process = subprocess.Popen(
            [
                program, f"--config.file={file}", f"--storage.tsdb.path={directory / 'data'}",
                "--web.listen-address=127.0.0.1:0",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.log = Output(self._process.stderr)
        port = self.log.wait_for(_LISTENING, within=30)[1]
        self._url = f"http://127.0.0.1:{port}/api/v1/"
        self.log.wait_for(re.compile("Server is ready to receive web requests"), within=30)

    def ask(self, what: str, **parameters: Any) -> Any:
        url = f"{self._url}{what}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            body = json.load(answer)
        assert body["status"] == "success", body
        assert not body.get("warnings"), body["warnings"]
        return body["data"]

    def query(self, expression: str) -> list:
        return self.ask("query", query=expression)["result"]

    def complaints(self) -> list[str]:
        return [line for line in self.log.text.splitlines() if _BAD.search(line)]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self.log.finish()


def dashboard_queries() -> list[str]:
    """Those of the panels, as Grafana sends them."""
    text = (ROOT / "conf" / "grafana-dashboard.json").read_text()
    panels = json.loads(text)["panels"]
    variables = {"$instance": ".*", "$__rate_interval": "15s", "$__range": "1m"}
    queries = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    for name, value in variables.items():
        queries = [query.replace(name, value) for query in queries]
    assert not any("$" in query for query in queries), queries
    return queries


def check_scrapes(prometheus: Prometheus, seconds: int) -> None:
    (up,) = prometheus.query(f"up[{seconds}s]")
    values = [value for _, value in up["values"]]
    assert set(values) == {"1"} and len(values) >= seconds - 2, values
    (samples,) = prometheus.query(f"scrape_samples_scraped[{seconds}s]")
    counts = [int(value) for _, value in samples["values"]]
    assert counts == sorted(counts) and counts[0] > 100, counts
    (longest,) = prometheus.query(f"max_over_time(scrape_duration_seconds[{seconds}s])")
    print(
        f"{len(values)} scrapes in {seconds} s, each of them up; "
        f"{counts[0]} to {counts[-1]} samples, never fewer than before; "
        f"the slowest took {float(longest['value'][1]) * 1000:.0f} ms"
    )


def check_rules(prometheus: Prometheus) -> None:
    (group,) = prometheus.ask("rules")["groups"]
    rules = group["rules"]
    wrong = {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"}
    assert len(rules) >= 10 and not wrong, wrong
    firing = [rule["name"] for rule in rules if rule["state"] == "firing"]
    assert not firing, f"{firing} of a gateway that is well"
    print(f"{len(rules)} alerts are loaded and evaluated, none fires")


def check_dashboard(prometheus: Prometheus) -> None:
    queries = dashboard_queries()
    empty = [query for query in queries if not prometheus.query(query)]
    assert len(queries) >= 30 and not empty, empty
    print(f"{len(queries)} queries of the dashboard are evaluated, and have series")


def run(program: str, seconds: int, directory: Path) -> None:
    issuer, api = Issuer("HS256"), NotesAPI()
    limits = {"connections_per_user": 1000, "connections_per_address": 10_000}
    configuration = merged(base(api.url), {**LISTENING, "limits": limits})
    with Gateway(configuration, directory / "gateway", issuer) as gateway:
        target = Admin(gateway).endpoint.authority
        prometheus = Prometheus(program, target, directory)
        try:
            watch(prometheus, gateway, api, seconds)
        finally:
            prometheus.stop()
    api.stop()


def write_count(prometheus: Prometheus) -> int:
    (sample,) = prometheus.query(
        'sum(notes_gateway_proxy_requests_total{method="PUT",status="200"})'
        " + sum(notes_gateway_write_seconds_count)"
    )
    return int(sample["value"][1])


def watch(prometheus: Prometheus, gateway: Gateway, api: NotesAPI, seconds: int) -> None:
    """For so long, while clients come, write and listen."""
    crowd = Crowd(gateway.endpoint, api, gateway.issuer.token, 200, 20)
    crowd.wait_until_ready()
    crowd.start_writing(50)
    wait_until(lambda: prometheus.query("up == 1"), 10, "the first scrape")
    time.sleep(seconds)
    check_scrapes(prometheus, seconds)
    check_rules(prometheus)
    check_dashboard(prometheus)
    crowd.settle()
    count = crowd.assert_done_is_answered()
    wait_until(lambda: write_count(prometheus) == count, 10, f"{count} writes in Prometheus")
    print(f"Prometheus has counted the {count} writes that clients have made")
    crowd.finish()
    assert not prometheus.complaints(), prometheus.complaints()
    print("Prometheus warned of nothing")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    program = os.environ.get("PROMETHEUS") or shutil.which("prometheus")
    if program is None:
        print("there is no prometheus: apt-get install prometheus, or PROMETHEUS=FILE")
        return 1
    with tempfile.TemporaryDirectory() as directory:
        try:
            run(program, arguments.seconds, Path(directory))
        except BaseException:
            for gateway in list(Gateway.running):
                gateway.kill()
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
