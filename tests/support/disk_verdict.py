# SPDX-License-Identifier: Apache-2.0
"""Judges a run of the disk campaign from its two volumes, what the cameras sent and what the status said."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]
from disk_faults import Row  # noqa: E402
from read_counter import judge_files  # noqa: E402
from recorded import declared_gaps, read_log, undeclared_gaps, unplayable  # noqa: E402
from sent import Recording  # noqa: E402
from three_rooms import CAMERAS, STREAMS, sent_clips  # noqa: E402
from volume_pair import VolumePair  # noqa: E402

NS = 1_000_000_000
ALARM_MAX_MS = 5000
BACK_MAX_MS = 15_000
PAUSE = "no-session"  # The only gap that no disk and no camera has made.


@dataclass
class Round:
    """One fault on one volume. Wall clock in nanoseconds; `bite_ns`: the first call that failed."""

    row: Row
    volume: str
    begin_ns: int
    bite_ns: int | None = None
    alarm_ns: int | None = None
    end_ns: int = 0
    back_ns: int = 0
    details: set[str] = field(default_factory=set)  # Of the status, while it lasted.
    strays: set[str] = field(default_factory=set)  # Names below the mount point.
    missing_ms: float = 0
    is_cause_wrong: bool = False
    complaints: list[str] = field(default_factory=list)

    @property
    def alarm_ms(self) -> float:
        if self.alarm_ns is None or self.bite_ns is None:
            return float("inf")
        return max(0, self.alarm_ns - self.bite_ns) / 1e6

    @property
    def back_ms(self) -> float:
        return (self.back_ns - self.end_ns) / 1e6

    def row_of_report(self) -> dict:
        return {
            "fault": self.row.name,
            "volume": self.volume,
            "alarm_ms": rounded(self.alarm_ms),
            "back_ms": rounded(self.back_ms),
            "missing_ms": rounded(self.missing_ms),
            "details": sorted(self.details),
            "complaints": self.complaints,
        }


def rounded(value: float) -> int | None:
    return None if value == float("inf") else round(value)


def root_of(pair: VolumePair, volume: str) -> Path:
    return pair.first if volume == "a" else pair.second


def missing_ms(recordings: dict[str, list[Recording]], this: Round) -> float:
    """What the other volume lacks, from the fault until both recorded again; the worst stream."""
    other = "b" if this.volume == "a" else "a"
    return max(
        recording.missing_units(this.begin_ns, this.back_ns - NS) * recording.unit_ns / 1e6
        for recording in recordings[other]
    )


def judge_cause(this: Round, logs: dict[str, list[dict]]) -> None:
    """Status and the log of every room must have named it, and nothing else."""
    wrong = [detail for detail in this.details if not this.row.is_cause(detail)]
    told = {slug: fault_details(log, this) for slug, log in logs.items()}
    silent = [slug for slug, details in told.items() if not any(this.row.is_cause(text) for text in details)]
    others = [text for details in told.values() for text in details if not this.row.is_cause(text)]
    this.complaints += [f"the status said '{detail}'" for detail in wrong]
    this.complaints += [f"the log of {slug} does not tell it" for slug in silent]
    this.complaints += [f"a log says '{text}'" for text in sorted(set(others))]
    this.is_cause_wrong = bool(wrong or silent or others or not this.details)


def fault_details(log: list[dict], this: Round) -> list[str]:
    return [
        entry["detail"]
        for entry in log
        if entry["type"] == "RECORDER"
        and entry["event"] == "fault"
        and this.begin_ns < entry["real_ns"] < this.back_ns
        and f"volume {this.volume}:" in entry["detail"]
    ]


def judge_round(this: Round, recordings: dict[str, list[Recording]], logs: dict[str, list[dict]]) -> None:
    this.missing_ms = missing_ms(recordings, this)
    judge_cause(this, logs)
    if this.strays:
        this.complaints.append(f"below the mount point: {sorted(this.strays)}")
    if this.bite_ns is None:
        this.complaints.append("the fault met no call")
    if this.alarm_ms > ALARM_MAX_MS:
        this.complaints.append(f"told after {this.alarm_ms:.0f} ms")
    if this.back_ms > BACK_MAX_MS:
        this.complaints.append(f"both recorded again after {this.back_ms:.0f} ms")


def read_recordings(pair: VolumePair) -> dict[str, list[Recording]]:
    """Every stream on each volume."""
    clips = sent_clips()
    return {
        volume: [
            Recording(
                sorted((root_of(pair, volume) / "media" / slug / f"cam-{media}").rglob("*.mp4")), media, clip
            )
            for (slug, media), clip in clips.items()
        ]
        for volume in ("a", "b")
    }


def undeclared_holes(pair: VolumePair, logs: dict[str, list[dict]]) -> list[str]:
    """Of the log, and of the frames in the best copies."""
    found = [hole for log in logs.values() for hole in undeclared_gaps(log)]
    best = pair.best_copies()
    for (slug, media), clip in sent_clips().items():
        files = [path for path in best if path.parts[-4:-2] == (slug, f"cam-{media}")]
        recording = Recording(files, media, clip)
        found += [f"{slug}: {hole}" for hole in recording.undeclared_holes(gaps_of(logs[slug], media))]
        found += [f"{slug}: {fault}" for fault in recording.faults]
    return found


def gaps_of(log: list[dict], media: str) -> list[tuple[int, int, str]]:
    stream = next(entry["stream"] for entry in log if entry["type"] == "STREAM" and entry["media"] == media)
    return declared_gaps(log).get(stream, [])


def counter_lost(pair: VolumePair) -> int:
    """Pictures whose counter is missing or cannot be read in the best copies."""
    verdicts = [
        judge_files(str(path) for path in pair.best_copies() if path.parts[-4:-2] == (slug, "cam-video"))
        for slug, media in STREAMS
        if media == "video"
    ]
    return sum(verdict.lost + verdict.repeated + verdict.unreadable for verdict in verdicts)


def judge_campaign(pair: VolumePair, rounds: list[Round]) -> tuple[dict, list[str]]:
    logs = {slug: read_log(pair.first / "log" / slug / "1") for slug in CAMERAS}
    recordings = read_recordings(pair)
    for this in rounds:
        judge_round(this, recordings, logs)
    undeclared = undeclared_holes(pair, logs)
    gaps = [gap for log in logs.values() for of_stream in declared_gaps(log).values() for gap in of_stream]
    broken = unplayable(pair.best_copies())
    differing = pair.differing() + [f"{slug}: the logs differ" for slug in logs if pair.logs_differ(slug)]
    report = {
        "rounds": len(rounds),
        "worst_missing_ms": rounded(max(this.missing_ms for this in rounds)),
        "counter_lost": counter_lost(pair),
        "undeclared_gaps": len(undeclared),
        "gaps": sum(cause != PAUSE for _, _, cause in gaps),
        "unplayable": len(broken),
        "alarm_ms_worst": rounded(max(this.alarm_ms for this in rounds)),
        "back_ms_worst": rounded(max(this.back_ms for this in rounds)),
        "wrong_cause": sum(this.is_cause_wrong for this in rounds),
        "strays": sum(len(this.strays) for this in rounds),
        "differing": len(differing),
        "copies_missing": len(pair.missing()),
        "segments": len(pair.best_copies()),
        "broken_rounds": sum(bool(this.complaints) for this in rounds),
    }
    return report, undeclared + broken + differing


def is_kept(report: dict) -> bool:
    zeros = ("worst_missing_ms", "counter_lost", "undeclared_gaps", "unplayable", "wrong_cause", "strays")
    return all(report[name] == 0 for name in (*zeros, "differing", "copies_missing", "broken_rounds"))
