# SPDX-License-Identifier: Apache-2.0
"""The real monitor is killed at random while logs show it checkpoints: whatever it answered before, it never forgets.

CANDOR_KILLS rounds (20). After each start, for every log: what was answered is shown or something newer, an older size and a
fork are never cosigned, and the log itself goes on."""

import base64
import http.client
import os
import random
import shutil
import sys
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "support")]
from shown_log import ShownLog, cosignature_time  # noqa: E402
from witness_site import WitnessSite  # noqa: E402

ROUNDS = int(os.environ.get("CANDOR_KILLS", "20"))
LOGS = 8
BROKEN = (OSError, http.client.HTTPException)


class Recorder(threading.Thread):
    """Shows one log's growth until the witness is gone; remembers what was answered."""

    def __init__(self, site: WitnessSite, log: ShownLog, cosigned: int, time_s: int):
        super().__init__()
        self.site, self.log, self.cosigned, self.time_s = site, log, cosigned, time_s
        self.answered = 0
        self.fault = ""

    def run(self) -> None:
        client = self.site.client()
        try:
            while True:
                self.log.append(random.randint(1, 3))
                size = self.log.size
                reply = client.offer(self.log.request(self.cosigned, size))
                if reply.status == 409:
                    # It remembers an answer that was lost on the way.
                    known = int(reply.body)
                    if not self.cosigned < known < size:
                        self.fault = f"{self.cosigned} was answered, {known} is remembered, {size} was shown"
                        return
                    self.cosigned = known
                    continue
                if reply.status != 200:
                    self.fault = f"{reply}"
                    return
                time_s = cosignature_time(self.site.vkey, self.log.text(size), reply.body)
                if time_s < self.time_s:
                    self.fault = f"time {time_s} after {self.time_s}"
                    return
                self.cosigned, self.time_s = size, time_s
                self.answered += 1
        except BROKEN:
            client.close()


class KillTest(unittest.TestCase):
    def setUp(self) -> None:
        self.site = WitnessSite()
        self.addCleanup(shutil.rmtree, self.site.folder, ignore_errors=True)
        self.addCleanup(self.site.stop)

    def check_memory(self, recorder: Recorder) -> None:
        log, cosigned = recorder.log, recorder.cosigned
        if cosigned == 0:
            return
        client = self.site.client()
        note = client.newest(log.origin).body
        size, root = int(note.splitlines()[1]), note.splitlines()[2]
        self.assertGreaterEqual(size, cosigned, "an answer was forgotten")
        self.assertEqual(root, base64.b64encode(log.root(size)).decode())
        fork = log.forked(cosigned - 1)
        fork.append(3)
        for old, new, source in ((cosigned - 1, cosigned, fork), (cosigned, cosigned, fork), (size, size, fork),
                                 (size, size + 3, fork), (0, cosigned - 1, log), (cosigned - 1, cosigned - 1, log)):
            if new <= source.size:
                reply = client.offer(source.request(old, new))
                self.assertIn(reply.status, (409, 422), f"{old} -> {new} of {size}")
        client.close()

    def test_kills_lose_no_answer_and_let_no_fork_in(self) -> None:
        self.site.start()
        self.site.vkey = self.site.candor("witness", "show").strip()
        logs = [ShownLog(f"rec.example/site7/room-{number}/1") for number in range(LOGS)]
        for log in logs:
            self.site.enrol(log)
        state = {log.origin: (0, 0) for log in logs}
        answered = 0
        for _ in range(ROUNDS):
            recorders = [Recorder(self.site, log, *state[log.origin]) for log in logs]
            for recorder in recorders:
                recorder.start()
            time.sleep(random.uniform(0.02, 0.5))
            self.site.monitor.kill()
            for recorder in recorders:
                recorder.join()
                self.assertEqual(recorder.fault, "")
                state[recorder.log.origin] = recorder.cosigned, recorder.time_s
                answered += recorder.answered
            self.site.start()
            for recorder in recorders:
                self.check_memory(recorder)
        print(f"{ROUNDS} kills, {answered} answers, none forgotten, no fork and no older size cosigned", file=sys.stderr)
        self.assertGreater(answered, ROUNDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
