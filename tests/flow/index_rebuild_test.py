# SPDX-License-Identifier: Apache-2.0
"""`candor index rebuild` makes the index again, row by row, as the daemon wrote it."""

import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, camera, main, refusal, room_of  # noqa: E402

MUST_HAVE_ROWS = {
    "logs",
    "streams",
    "segments",
    "units",
    "sessions",
    "session_interrogators",
    "session_streams",
    "gaps",
}


def dump(path: Path) -> dict[str, list[tuple]]:
    """All rows of all tables and the schema, in an order that does not depend on how they were written."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
        tables["schema"] = sorted(database.execute("SELECT type, name, sql FROM sqlite_master"), key=repr)
        tables["pragmas"] = [
            database.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        ]
    database.close()
    return tables


class IndexRebuildTest(FlowCase):
    def setUp(self) -> None:
        super().setUp()
        self.index = self.site.folder / "capture" / "index.db"

    def record(self) -> None:
        """Two sessions, one of them over a crash; a room that records always; a camera that fell silent."""
        port = self.site.open_cameras(2, ["--close-after", "3", "--fault-camera", "1"])
        self.site.configure(
            [
                room_of("inquiry-1", "inquiry", [camera(port)], 2),
                room_of("waiting-1", "waiting", [camera(port, 1)]),
            ],
            "segment_s = 5",
        )
        self.site.start_capture()
        self.site.wait_for_states(inquiry_1="ready", waiting_1="recording")
        first = self.start_session("case-1")
        self.site.wait_for_states(inquiry_1="recording")
        time.sleep(2)
        self.site.capture.kill()
        self.site.start_capture()
        self.site.wait_for_states(inquiry_1="recording")
        self.site.candor("session", "end", first)
        self.start_session("case-2")
        self.site.wait_for_states(inquiry_1="recording")
        self.site.stop_capture()

    def start_session(self, case: str) -> str:
        text = self.site.candor(
            "session",
            "start",
            "--room",
            "inquiry-1",
            "--case",
            case,
            "--person",
            "P-1",
            "--interrogator",
            "I-1",
        )
        return text.split()[1]

    def rebuild(self) -> str:
        return self.site.candor("index", "rebuild")

    def test_rebuilt_index_has_the_same_rows(self) -> None:
        self.record()
        written = dump(self.index)
        self.assertEqual({name for name in MUST_HAVE_ROWS if not written[name]}, set(), "tables without rows")
        self.assertEqual(len(written["sessions"]), 2)
        said = self.rebuild()
        self.assertIn(", 0 damaged or missing files", said)
        self.assert_same(written, dump(self.index))
        for path in self.index.parent.glob("index.db*"):
            path.unlink()
        self.rebuild()
        self.assert_same(written, dump(self.index))

    def assert_same(self, written: dict[str, list[tuple]], rebuilt: dict[str, list[tuple]]) -> None:
        self.assertEqual(written.keys(), rebuilt.keys())
        for name, rows in written.items():
            self.assertEqual(rows, rebuilt[name], name)

    def test_rebuild_is_refused_while_capture_runs(self) -> None:
        port = self.site.open_cameras()
        self.site.configure([room_of("waiting-1", "waiting", [camera(port)])])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")
        code, said = refusal("candor", "index", "rebuild", "--config", str(self.site.config_path))
        self.assertEqual(code, 1)
        self.assertEqual(len(said.splitlines()), 1, said)
        self.assertRegex(said, rf"in use by process {self.site.capture.process.pid}\b")


if __name__ == "__main__":
    main()
