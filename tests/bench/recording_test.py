# SPDX-License-Identifier: Apache-2.0
"""What the recording benchmark judges by: the counter strip, the order of samples, the boxes."""

import struct
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "clip")]
from counter import FRAMES, read_row, strip_row  # noqa: E402
from read_counter import judge  # noqa: E402
from recording.boxes import BrokenFile, fragments  # noqa: E402
from recording.judge import clip_of, h265_digest, judge_order, picture_digest  # noqa: E402


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def fragment(decode_time: int, samples: list[bytes]) -> bytes:
    """prft, moof and mdat as a recorder writes them: sizes and durations in the trun."""
    rows = b"".join(struct.pack(">II", 3600, len(sample)) for sample in samples)
    trun = box(b"trun", struct.pack(">III", 0x000301, len(samples), 0) + rows)
    tfdt = box(b"tfdt", struct.pack(">IQ", 0x01000000, decode_time))
    traf = box(b"traf", box(b"tfhd", struct.pack(">II", 0x020000, 1)) + tfdt + trun)
    moof = box(b"moof", box(b"mfhd", bytes(8)) + traf)
    return box(b"prft", bytes(24)) + moof + box(b"mdat", b"".join(samples))


class CounterTest(unittest.TestCase):
    def test_every_counter_is_read_back(self):
        for counter in range(FRAMES):
            self.assertEqual(read_row(strip_row(counter)), counter)

    def test_one_wrong_block_is_noticed(self):
        row = bytearray(strip_row(123))
        row[9] ^= 255
        self.assertIsNone(read_row(bytes(row)))

    def test_a_picture_without_strip_is_unreadable(self):
        self.assertIsNone(read_row(bytes([128] * 19)))

    def test_loss_repeats_and_the_turn_of_the_clip(self):
        verdict = judge([398, 399, 0, 1, 1, 4, None, 6])
        self.assertEqual((verdict.lost, verdict.repeated, verdict.unreadable), (2, 1, 1))
        self.assertEqual((verdict.frames, verdict.first, verdict.last), (8, 398, 6))


class OrderTest(unittest.TestCase):
    clip = clip_of([bytes([c]) for c in b"abcdeSSSf"])  # S: silence stands in three places.

    def judge(self, recorded: bytes) -> tuple[int, int, int]:
        verdict = judge_order((bytes([c]) for c in recorded), self.clip)
        return verdict.lost, verdict.repeated, verdict.unknown

    def test_a_whole_stream_may_begin_and_end_anywhere(self):
        self.assertEqual(self.judge(b"SSfabcdeSSSfab"), (0, 0, 0))

    def test_a_missing_sample_is_counted(self):
        self.assertEqual(self.judge(b"abde"), (1, 0, 0))

    def test_a_missing_silent_sample_is_counted(self):
        self.assertEqual(self.judge(b"abcdeSSfa"), (1, 0, 0))

    def test_a_repeated_sample_is_counted(self):
        self.assertEqual(self.judge(b"abbc"), (0, 1, 0))

    def test_a_changed_sample_is_neither_lost_nor_repeated(self):
        self.assertEqual(self.judge(b"abXde"), (0, 0, 1))


class PictureDigestTest(unittest.TestCase):
    def digest(self, *nals: bytes) -> bytes:
        sample = b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)
        return picture_digest(memoryview(sample))

    def test_parameter_sets_and_delimiters_do_not_count(self):
        bare = self.digest(b"\x65slice")
        self.assertEqual(self.digest(b"\x09\xf0", b"\x67sps", b"\x68pps", b"\x65slice"), bare)

    def test_everything_else_counts(self):
        self.assertNotEqual(self.digest(b"\x06sei", b"\x65slice"), self.digest(b"\x65slice"))
        self.assertNotEqual(self.digest(b"\x65slicE"), self.digest(b"\x65slice"))


    def test_of_h265_a_key_frame_counts_and_its_parameter_sets_do_not(self):
        def digest(*nals: bytes) -> bytes:
            sample = b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)
            return h265_digest(memoryview(sample))

        sets = (b"\x40\x01vps", b"\x42\x01sps", b"\x44\x01pps", b"\x46\x01\x50")
        self.assertEqual(digest(*sets, b"\x28\x01slice"), digest(b"\x28\x01slice"))
        self.assertNotEqual(digest(b"\x28\x01slicE"), digest(b"\x28\x01slice"))


class BoxesTest(unittest.TestCase):
    def test_samples_and_times_come_back(self):
        seal = box(b"uuid", bytes(330))
        data = box(b"ftyp", b"iso6") + fragment(7, [b"one", b"two!"]) + seal + fragment(9, [b"x"])
        found = [(part.decode_time, [bytes(s) for s in part.samples]) for part in fragments(memoryview(data))]
        self.assertEqual(found, [(7, [b"one", b"two!"]), (9, [b"x"])])

    def test_a_torn_file_gives_what_is_whole_and_then_says_so(self):
        data = memoryview(fragment(7, [b"one"]) + fragment(9, [b"two"])[:-2])
        found = []
        with self.assertRaises(BrokenFile):
            for part in fragments(data):
                found.append(part.decode_time)
        self.assertEqual(found, [7])


if __name__ == "__main__":
    unittest.main()
