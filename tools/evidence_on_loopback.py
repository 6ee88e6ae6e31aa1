# SPDX-License-Identifier: Apache-2.0
"""Signer and witness for a site on loopback: what capture records is signed, and cosigned by the monitor.

On one machine the witness proves nothing against who runs that machine: `own_host` says so."""

import json
import subprocess
from pathlib import Path

from site_on_loopback import ROOT, Program, Site, binaries

WITNESS = "supervision.example/w1"


def start_signer(site: Site) -> Program:
    folder = site.folder / "signer"
    folder.mkdir(mode=0o750, exist_ok=True)
    config = site.folder / "signer.toml"
    config.write_text(f"""[site]
name = "demo"
authority = "candor.example"
[signer]
socket = "{folder}/signer.sock"
state = "{site.folder}/signer-state"
""")
    signer = site.program("signer", [str(binaries() / "candor-signer"), "--config", str(config)])
    signer.wait_until_it_says("signer.started")
    return signer


def add_witness(site: Site) -> None:
    """Before the monitor starts."""
    text = site.config_path.read_text()
    site.write_config(text.replace("\n[[monitor.host]]", f'\n[monitor.witness]\nname = "{WITNESS}"\n\n[[monitor.host]]', 1))


def add_evidence(site: Site, port: int) -> None:
    """With signer and monitor running, before capture starts."""
    vkey = site.candor("witness", "show").strip()
    section = f"""[evidence]
signer = "{site.folder}/signer/signer.sock"
[[evidence.witness]]
vkey = "{vkey}"
url = "http://127.0.0.1:{port}/witness"
own_host = true

[monitor]"""
    site.write_config(site.config_path.read_text().replace("[monitor]", section, 1))


def logs(site: Site) -> list[dict]:
    return json.loads(site.request("GET", "/v1/logs"))["logs"]


def enrol_logs(site: Site, rooms: int) -> None:
    """As a person would, who compares the keys first."""
    site.wait_for("keys of the logs", lambda: len([log for log in logs(site) if log["vkey"]]) == rooms)
    for log in logs(site):
        site.candor("witness", "enrol", log["origin"], "--yes")
    site.wait_for("cosignatures", lambda: all(log["cosigned"] for log in logs(site)), 40)


def fetch_cosigned(site: Site, log: dict, note: Path) -> None:
    """The newest checkpoint once it is cosigned: the next one may stand in its place before that."""
    def is_cosigned() -> bool:
        note.write_bytes(site.request("GET", f"/v1/logs/{log['room']}/{log['epoch']}/checkpoint"))
        return WITNESS in note.read_text()

    site.wait_for("cosigned checkpoint", is_cosigned)


def check_checkpoints(site: Site) -> list[str]:
    """What openssl says against a checkpoint of each log; empty: nothing."""
    witness = site.candor("witness", "show").strip()
    objections = []
    for log in logs(site):
        note = site.folder / "checkpoint.note"
        fetch_cosigned(site, log, note)
        done = subprocess.run([str(ROOT / "tools" / "check_checkpoint.sh"), str(note), log["vkey"], witness],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            objections.append(f"{log['origin']}: {done.stdout}{done.stderr}")
    return objections
