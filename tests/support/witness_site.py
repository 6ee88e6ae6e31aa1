# SPDX-License-Identifier: Apache-2.0
"""A monitor with a witness on loopback, without cameras and without a host that answers."""

import tempfile
from pathlib import Path

from shown_log import Reply, ShownLog, WitnessClient
from site_on_loopback import Site, free_port

WITNESS = "supervision.example/w1"


class WitnessSite(Site):
    def __init__(self, hook: str = "") -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="candor-witness-")))
        self.port = free_port()
        hook_line = f'alarm_hook = "{hook}"\n' if hook else ""
        self.write_config(f"""[site]
name = "site7"
authority = "rec.example"
[monitor]
name = "monitor-1"
listen = "127.0.0.1:{self.port}"
state = "{self.folder}/monitor"
console = "{self.folder}/console"
{hook_line}[monitor.witness]
name = "{WITNESS}"
[[monitor.host]]
name = "host-1"
socket = "{self.folder}/capture.sock"
""")

    def start(self) -> None:
        self.start_monitor()
        self.wait_for("witness", lambda: self.ask("GET", "x").status == 404)

    def ask(self, method: str, path: str, body: str | None = None) -> Reply:
        client = self.client()
        try:
            return client.ask(method, path, body)
        finally:
            client.close()

    def client(self) -> WitnessClient:
        return WitnessClient(self.port)

    def enrol(self, log: ShownLog) -> str:
        return self.candor("witness", "enrol", log.origin, "--vkey", log.vkey, "--yes")
