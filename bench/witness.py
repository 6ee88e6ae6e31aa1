#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the witness costs: many logs that show a checkpoint each at their own moment, over connections that stay open, to a
real candor-monitor on loopback. Prints its CPU as a share of one core and how long an answer takes.

The logs are a year old (98 million entries), the memory is on the disk of TMPDIR. The last answer to each log is checked."""

import argparse
import os
import random
import selectors
import shutil
import socket
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from shown_log import ShownLog, cosignature_time  # noqa: E402
from witness_site import WitnessSite  # noqa: E402

YEAR_ENTRIES = 98_000_000


class LogConnection:
    """One log's connection. All that it will send is made before: the client must not be what is measured."""

    def __init__(self, number: int, port: int, rounds: int):
        self.log = ShownLog(f"rec.example/site7/room-{number}/1", YEAR_ENTRIES + random.randrange(1_000_000))
        self.port = port
        self.answer = b""
        self.sent = 0.0
        self.cosigned = 0
        self.requests: list[tuple[int, bytes]] = []
        for _ in range(rounds):
            self.requests.append((self.log.size, self.request()))
            self.cosigned = self.log.size
            self.log.append(random.randint(1, 12))
        self.hashes = len(self.log.consistency(*(size for size, _ in self.requests[-2:])))

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self) -> bytes:
        body = self.log.request(self.cosigned).encode()
        head = f"POST /witness/add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def send(self) -> None:
        self.answer = b""
        self.size, request = self.requests.pop(0)
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """True: the answer is whole."""
        self.answer += self.socket.recv(65536)
        head, blank, body = self.answer.partition(b"\r\n\r\n")
        if not blank:
            return False
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return len(body) >= int(length.split(b":")[1])

    def check(self, vkey: str) -> None:
        """The last answer, whole."""
        head, _, body = self.answer.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(self.answer.decode())
        cosignature_time(vkey, self.log.text(self.size), body.decode())


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(site: WitnessSite, logs: list[LogConnection], interval: float, seconds: float, together: bool) -> dict:
    selector = selectors.DefaultSelector()
    for log in logs:
        selector.register(log.socket, selectors.EVENT_READ, log)
    begin = time.perf_counter() + 0.2
    due = sorted((begin + (0 if together else interval * at / len(logs)), at) for at in range(len(logs)))
    cpu = cpu_seconds(site.monitor.process.pid)
    started = time.perf_counter()
    times: list[float] = []
    open_answers = 0
    while due or open_answers:
        now = time.perf_counter()
        while due and due[0][0] <= now:
            moment, at = due.pop(0)
            logs[at].send()
            open_answers += 1
            if moment + interval < begin + seconds:
                due.append((moment + interval, at))
        wait = max(0.0, due[0][0] - time.perf_counter()) if due else 1.0
        for key, _ in selector.select(wait):
            if key.data.read():
                times.append(time.perf_counter() - key.data.sent)
                open_answers -= 1
                if not key.data.answer.startswith(b"HTTP/1.1 200 "):
                    raise RuntimeError(key.data.answer.decode())
    wall = time.perf_counter() - started
    times.sort()
    return {
        "answers": len(times),
        "cpu_percent": 100 * (cpu_seconds(site.monitor.process.pid) - cpu) / wall,
        "p50_ms": 1000 * times[len(times) // 2],
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "max_ms": 1000 * times[-1],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=int, default=200)
    parser.add_argument("--interval", type=float, default=2.0, help="seconds from one checkpoint of a log to the next")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--together", action="store_true", help="all logs at the same moment: the worst case")
    arguments = parser.parse_args()
    site = WitnessSite()
    try:
        site.start()
        site.vkey = site.candor("witness", "show").strip()
        rounds = 2 + int(arguments.seconds / arguments.interval)
        logs = [LogConnection(number, site.port, rounds) for number in range(arguments.logs)]
        for log in logs:
            site.enrol(log.log)
            log.connect()
            log.send()
            while not log.read():
                pass
        idle = cpu_seconds(site.monitor.process.pid)
        time.sleep(5)
        idle = 100 * (cpu_seconds(site.monitor.process.pid) - idle) / 5
        found = run(site, logs, arguments.interval, arguments.seconds, arguments.together)
        for log in logs:
            log.check(site.vkey)
        hashes = max(log.hashes for log in logs)
        moments = "together" if arguments.together else "spread"
        print(f"{arguments.logs} logs every {arguments.interval} s, {moments}, proofs of up to {hashes} hashes: "
              f"{found['answers']} answers, CPU {found['cpu_percent']:.1f} % of a core ({idle:.1f} % idle), "
              f"p50 {found['p50_ms']:.1f} ms, p99 {found['p99_ms']:.1f} ms, max {found['max_ms']:.1f} ms")
    finally:
        site.stop()
        shutil.rmtree(site.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
