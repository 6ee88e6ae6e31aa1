# SPDX-License-Identifier: Apache-2.0
"""Runs crash states through the real recorder, a share of them in each process."""

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from disk import Disk, Op, State, read_journal
from judge_state import ROOT, Judge, Known, Log, Verdict
from states import Crash, boundaries, reorderings, singles

sys.path[:0] = [str(ROOT / "bench")]
from read_counter import judge_files  # noqa: E402
from recorded import unplayable  # noqa: E402

LOOK_EACH = 50  # One state in so many is decoded, and each whose outcome is new.
COMPLAINTS_KEPT = 40
MISSING_MAX_MS = 2000


@dataclass(frozen=True)
class Plan:
    """`singles`: None for all. Workers take turns."""

    command: list[str]
    folder: Path
    seed: int
    singles: int | None
    reorderings: int
    workers: int
    keeps_bad: bool = False
    only: int | None = None  # The number of the one state to take.


@dataclass
class Report:
    states: Counter = field(default_factory=Counter)
    worst_missing_ms: float = 0
    undeclared_gaps: int = 0
    unplayable: int = 0
    refused: int = 0
    disagreements: int = 0
    looked_at: int = 0
    outcomes: set = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        self.states += other.states
        self.worst_missing_ms = max(self.worst_missing_ms, other.worst_missing_ms)
        for name in ("undeclared_gaps", "unplayable", "refused", "disagreements", "looked_at"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.outcomes |= other.outcomes
        self.complaints = (self.complaints + other.complaints)[:COMPLAINTS_KEPT]


def all_states(plan: Plan, ops: list[Op]) -> Iterator[Crash]:
    yield from boundaries(ops)
    yield from singles(ops, random.Random(plan.seed), plan.singles)
    yield from reorderings(ops, random.Random(plan.seed + 1), plan.reorderings)


def durable_logs(disk: Disk) -> dict[str, list[bytes]]:
    """The entries of each log, "log/<room>/<epoch>", that a power cut cannot take any more: one volume is enough."""
    bundles: dict[str, dict[str, bytes]] = {}
    for path, content in disk.durable_below("/tile/entries/").items():
        bundles.setdefault(path.partition("/tile/")[0], {})[path] = content
    longest: dict[str, list[bytes]] = {}
    for folder, found in bundles.items():
        name, entries = folder.partition("/")[2], Log(found).raw
        longest[name] = max(longest.get(name, []), entries, key=len)
    return longest


class Worker:
    """One process of the campaign with a recorder of its own."""

    def __init__(self, plan: Plan, number: int):
        self.plan = plan
        self.number = number
        self.ops = read_journal(plan.folder)
        self.known = Known(self.ops)
        self.folder = plan.folder / f"worker-{number}"
        self.folder.mkdir()
        self.report = Report()
        self.kept: Path | None = None
        self.recorder = subprocess.Popen(
            [*plan.command, "--level", "off", "recover"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self) -> Report:
        seen: set[int] = set()
        try:
            for turn, crash in enumerate(all_states(self.plan, self.ops)):
                if turn % self.plan.workers != self.number or self.plan.only not in (None, turn):
                    continue
                state = crash.state()
                digest = hash((crash.cut, state.digest()))
                if digest not in seen:
                    seen.add(digest)
                    self._take(turn, crash, state)
        finally:
            self.recorder.stdin.close()
            self.recorder.wait()
        return self.report

    def _take(self, turn: int, crash: Crash, state: State) -> None:
        root = self.folder / "root"
        root.mkdir()
        state.write(root)
        name = f"state {turn} ({crash.kind}, before operation {crash.cut}, {crash.what})"
        self.report.states[crash.kind] += 1
        self.recorder.stdin.write(f"{root}\n")
        self.recorder.stdin.flush()
        answer = json.loads(self.recorder.stdout.readline())
        if "error" in answer:
            self.report.refused += 1
            self._complain(name, [answer["error"]])
        else:
            self._judge(name, crash, root, answer)
        self._clear(root, turn)

    def _judge(self, name: str, crash: Crash, root: Path, answer: dict) -> None:
        judge = Judge(self.known, crash.cut, root, answer["feed_from"])
        verdict = judge.judge(durable_logs(crash.disk))
        if not answer["is_index_equal"]:
            verdict.complain("the index is not what is made anew from log and files: " + difference(answer))
        report = self.report
        report.worst_missing_ms = max(report.worst_missing_ms, verdict.missing_ms)
        report.undeclared_gaps += len(verdict.undeclared)
        report.disagreements += len(verdict.complaints)
        self._complain(name, verdict.complaints + verdict.undeclared + too_much_missing(verdict))
        is_new = verdict.outcome not in report.outcomes
        report.outcomes.add(verdict.outcome)
        if is_new or sum(report.states.values()) % LOOK_EACH == 0:
            self._look(name, root)

    def _look(self, name: str, root: Path) -> None:
        """Decodes every file that holds media, and reads the counter in its pictures."""
        files = [path for path in root.rglob("*.mp4") if b"moof" in path.read_bytes()]
        broken = unplayable(files)
        for path in files:
            if path.parent.parent.name.endswith("-video"):
                counters = judge_files([str(path)])
                if counters.unreadable or counters.repeated:
                    broken.append(f"{path.name}: {counters}")
        self.report.looked_at += 1
        self.report.unplayable += len(broken)
        self._complain(name, broken)

    def _complain(self, name: str, texts: list[str]) -> None:
        for text in texts:
            print(f"power: {name}: {text}", file=sys.stderr, flush=True)
        self.report.complaints = (self.report.complaints + texts)[:COMPLAINTS_KEPT]

    def _clear(self, root: Path, turn: int) -> None:
        if self.plan.keeps_bad and self.report.complaints and not self.kept:
            self.kept = self.plan.folder / f"kept-{turn}"
            root.rename(self.kept)
        shutil.rmtree(root, ignore_errors=True)
        shutil.rmtree(f"{root}.index", ignore_errors=True)
        for copies in root.parent.glob(f"{root.name}.copies.db*"):
            copies.unlink()


def difference(answer: dict) -> str:
    """Of the index that followed the recorder and the one made anew: a row of each that the other has not."""
    names = {"live": "index_live", "anew": "index_anew", "fault": "index_fault"}
    return ", ".join(f"{name}: {answer.get(key)}" for name, key in names.items())


def too_much_missing(verdict: Verdict) -> list[str]:
    return [f"{verdict.missing_ms:.0f} ms are missing"] if verdict.missing_ms > MISSING_MAX_MS else []


def run_share(plan: Plan, number: int) -> Report:
    return Worker(plan, number).run()


def run(plan: Plan) -> Report:
    with ProcessPoolExecutor(plan.workers) as pool:
        reports = pool.map(partial(run_share, plan), range(plan.workers))
        whole = Report()
        for report in reports:
            whole.add(report)
    return whole
