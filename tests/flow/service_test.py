# SPDX-License-Identifier: Apache-2.0
"""Capture and monitor as systemd starts them: ready when they answer, alive while they work and no longer."""

import contextlib
import os
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, camera, main, room_of  # noqa: E402
from loop_volume import MIB, LoopVolume, may_mount, run  # noqa: E402

PATIENCE_S = 20


class ServiceTest(FlowCase):
    def setUp(self) -> None:
        super().setUp()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.listener.close)
        path = self.site.folder / "notify"
        self.listener.bind(str(path))
        os.environ["NOTIFY_SOCKET"] = str(path)
        self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
        self.site.configure([room_of("waiting-1", "waiting", [camera(self.site.open_cameras(1))])])

    def heard(self, seconds: float) -> list[str]:
        """All that is said within so many seconds."""
        said = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.listener.settimeout(left)
            with contextlib.suppress(TimeoutError):
                said.append(self.listener.recv(4096).decode())
        return said

    def wait_for(self, word: str) -> None:
        self.listener.settimeout(PATIENCE_S)
        while self.listener.recv(4096).decode() != word:
            pass

    def test_capture_is_ready_when_it_answers_and_alive_each_second(self) -> None:
        self.site.start_capture()
        self.wait_for("READY=1")
        self.assertEqual(self.site.status()["host"], "host-1")
        said = self.heard(4)
        self.assertEqual(set(said), {"WATCHDOG=1"})
        self.assertGreaterEqual(len(said), 2)
        self.site.stop_capture()
        self.assertIn("STOPPING=1", self.heard(0.2))

    def test_monitor_is_ready_when_it_answers_and_alive_each_second(self) -> None:
        self.site.start_monitor()
        self.site.programs.append(self.site.monitor)
        self.wait_for("READY=1")
        self.assertIn("WATCHDOG=1", self.heard(2))

    @unittest.skipUnless(may_mount(), "needs root and loop devices")
    def test_capture_whose_recorder_is_stuck_is_not_alive(self) -> None:
        disk = LoopVolume(self.site.folder / "volume-a", 400 * MIB)
        self.addCleanup(disk.close)
        self.addCleanup(self.site.close)
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")
        run("fsfreeze", "--freeze", str(disk.folder))
        try:
            self.heard(3)
            said = self.heard(4)
            host = self.site.status()["host"]
        finally:
            run("fsfreeze", "--unfreeze", str(disk.folder))
        self.assertEqual(said, [])
        self.assertEqual(host, "host-1", "it answers all the same")
        self.wait_for("WATCHDOG=1")


if __name__ == "__main__":
    main()
