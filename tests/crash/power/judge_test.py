# SPDX-License-Identifier: Apache-2.0
"""The judge of crash states over planted faults: what a recorder that lost, changed or hid something would have
left must be found. The recording and its recovery are real, the faults are made in copies."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests/crash", "tests/crash/power")]
import power  # noqa: E402
from campaign import durable_logs, too_much_missing  # noqa: E402
from disk import Disk, read_journal  # noqa: E402
from judge_state import Judge, Known, pieces  # noqa: E402

VOLUME = "a"


def joined(found: list) -> bytes:
    return b"".join(piece.data for piece in found)


class Recording:
    """Recorded, cut at the end of the journal, and recovered."""

    def __init__(self, folder: Path):
        (folder / "record").mkdir()
        command = [*power.command(), "--level", "off"]
        subprocess.run([*command, "record", folder / "record", folder], check=True)
        self.known = Known(read_journal(folder))
        self.disk = Disk()
        for op in self.known.ops:
            self.disk.apply(op)
        self.root = folder / "root"
        self.root.mkdir()
        self.disk.everything().write(self.root)
        done = subprocess.run(
            [*command, "recover"], input=f"{self.root}\n", capture_output=True, text=True, check=True
        )
        self.feed_from_ns = json.loads(done.stdout)["feed_from"]

    def judge(self, root: Path) -> list[str]:
        judge = Judge(self.known, len(self.known.ops), root, self.feed_from_ns)
        verdict = judge.judge(durable_logs(self.disk))
        return verdict.complaints + verdict.undeclared + too_much_missing(verdict)


class JudgeTest(unittest.TestCase):
    folder: Path
    recording: Recording

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="candor-judge-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.recording = Recording(cls.folder)

    def judged(self, plant: Callable[[Path], object]) -> str:
        root = self.folder / "planted"
        shutil.copytree(self.recording.root, root)
        try:
            plant(root / VOLUME)
            return "\n".join(self.recording.judge(root))
        finally:
            shutil.rmtree(root)

    @staticmethod
    def picture(volume: Path) -> Path:
        """The first segment of the waiting room: what it holds was recorded before the cut."""
        return min((volume / "media" / "waiting-1" / "cam-video").rglob("*.mp4"))

    @staticmethod
    def bundle(volume: Path) -> Path:
        entries = volume / "log" / "waiting-1" / "1" / "tile" / "entries"
        return min(path for path in entries.rglob("[0-9]*") if path.is_file())

    def change(self, path: Path, edit: Callable[[bytes], bytes]) -> None:
        path.write_bytes(edit(path.read_bytes()))

    def test_nothing_is_said_of_what_is_whole(self) -> None:
        self.assertEqual(self.judged(lambda volume: None), "")

    def test_a_missing_segment_is_found(self) -> None:
        self.assertIn("No such file", self.judged(lambda volume: self.picture(volume).unlink()))

    def test_a_chunk_cut_out_is_found(self) -> None:
        def cut(data: bytes) -> bytes:
            found = pieces(data)
            return joined(found[:5] + found[6:])

        text = self.judged(lambda volume: self.change(self.picture(volume), cut))
        self.assertIn("is not what stands in the file", text)

    def test_a_changed_byte_is_found(self) -> None:
        def flip(data: bytes) -> bytes:
            found = pieces(data)
            at = len(joined(found[:6])) - 1  # The last byte of a chunk.
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

        text = self.judged(lambda volume: self.change(self.picture(volume), flip))
        self.assertIn("never written", text)

    def test_a_chunk_that_no_entry_vouches_for_is_found(self) -> None:
        def repeat(data: bytes) -> bytes:
            found = pieces(data)
            return data + next(piece.data for piece in found if piece.kind == "chunk")

        text = self.judged(lambda volume: self.change(self.picture(volume), repeat))
        self.assertIn("chunks that no entry vouches for", text)

    def test_a_torn_end_is_found(self) -> None:
        text = self.judged(lambda volume: self.change(self.picture(volume), lambda data: data[:-9]))
        self.assertNotEqual(text, "")

    def test_a_seal_of_no_entry_is_found(self) -> None:
        def flip(data: bytes) -> bytes:
            found = pieces(data)
            seal = next(number for number, piece in enumerate(found) if piece.kind == "seal")
            at = len(joined(found[: seal + 1])) - 1
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

        text = self.judged(lambda volume: self.change(self.picture(volume), flip))
        self.assertIn("a seal of an entry that is not in the log", text)

    def test_an_entry_cut_out_is_found(self) -> None:
        def cut(data: bytes) -> bytes:
            length = 2 + int.from_bytes(data[:2], "big")
            return data[length:]

        text = self.judged(lambda volume: self.change(self.bundle(volume), cut))
        self.assertIn("does not continue its chain", text)
        self.assertIn("were durable and are not all there", text)

    def test_a_log_that_ends_early_is_found(self) -> None:
        text = self.judged(lambda volume: self.change(self.bundle(volume), lambda data: data[: len(data) // 2]))
        self.assertIn("were durable and are not all there", text)
        self.assertIn("ms are missing", text)

    def test_an_acknowledged_session_that_is_not_logged_is_found(self) -> None:
        def empty(volume: Path) -> None:
            shutil.rmtree(volume / "log" / "inquiry-1" / "1" / "tile")

        self.assertIn("was acknowledged and is not in the log", self.judged(empty))

    def test_media_of_no_log_is_found(self) -> None:
        def copy(volume: Path) -> None:
            path = self.picture(volume)
            shutil.copyfile(path, path.with_name("0000009999-20260921T141320.000Z.mp4"))

        self.assertIn("has chunks and no INIT entry", self.judged(copy))


if __name__ == "__main__":
    unittest.main()
