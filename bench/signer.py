#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures signatures a second through candor-signer's socket, with keys in files and on a token of SoftHSM.

Prints one JSON line: {"files":{"signatures","per_second","p50_ms","p99_ms","max_ms"},"token":{...}}; nothing is judged. Each
signature waits until the disk has the state: the figures are those of the disk below --folder."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from site_on_loopback import binaries  # noqa: E402

ORIGIN = "rec.example/bench/room/1"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "bench-1234"


def configuration(folder: Path, more: str) -> Path:
    path = folder / "signer.toml"
    path.write_text(
        f'[site]\nname = "bench"\nauthority = "rec.example"\n[signer]\n'
        f'socket = "{folder}/signer.sock"\nstate = "{folder}/state"\n{more}'
    )
    return path


def make_token(folder: Path) -> str:
    """A token in the folder; the section of the configuration that names it."""
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    (folder / "pin").write_text(PIN + "\n")
    (folder / "pin").chmod(0o600)
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    words = ["--init-token", "--free", "--label", "bench", "--so-pin", "so-1234", "--pin", PIN]
    subprocess.run(["softhsm2-util", *words], check=True, stdout=subprocess.DEVNULL)
    return f'key = "pkcs11"\n[signer.pkcs11]\nmodule = "{MODULE}"\ntoken = "bench"\npin_file = "{folder}/pin"\n'


def measure(folder: Path, count: int, more: str) -> dict:
    config = configuration(folder, more)
    signer = subprocess.Popen([binaries() / "candor-signer", "--config", config], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not (folder / "signer.sock").exists():
            if signer.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("candor-signer did not start")
            time.sleep(0.02)
        command = [binaries() / "candor-signer-bench", folder / "signer.sock", ORIGIN, str(count)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    finally:
        signer.terminate()
        signer.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--folder", type=Path, default=ROOT / "build", help="on the disk that is measured")
    wanted = parser.parse_args()
    report = {}
    for kind in ("files", "token"):
        if kind == "token" and not MODULE.exists():
            continue
        with tempfile.TemporaryDirectory(prefix="s-", dir=wanted.folder) as name:
            folder = Path(name)
            report[kind] = measure(folder, wanted.count, make_token(folder) if kind == "token" else "")
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
