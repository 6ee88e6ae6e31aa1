# SPDX-License-Identifier: Apache-2.0
"""A volume that is another one, an empty mount point or read-only: refused at a start, and noticed within a
minute while it records. Nothing is written to what is not ours."""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, camera, main, refusal, room_of, wait_until  # noqa: E402
from loop_volume import MIB, LoopVolume, may_mount, run  # noqa: E402
from recorded import undeclared_gaps  # noqa: E402

NOTICED_MAX_S = 60
BACK_MAX_S = 60
DISK_BYTES = 400 * MIB


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class VolumeCase(FlowCase):
    def configure(self, names: str = "a", same_device: bool = True) -> None:
        port = self.site.open_cameras(1)
        self.site.configure([room_of("waiting-1", "waiting", [camera(port)])], "segment_s = 5")
        text = self.site.config_path.read_text()
        for name in names[1:]:
            first = f'path = "{self.site.folder}/volume-a"\n'
            second = f'\n[[volume]]\nname = "{name}"\npath = "{self.site.folder}/volume-{name}"\n'
            shared = f"same_device = {str(same_device).lower()}\n"
            text = text.replace(first, first + second + shared)
        self.site.write_config(text)

    def volume(self, name: str) -> Path:
        return self.site.folder / f"volume-{name}"

    def start(self) -> None:
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")

    def record_a_little(self) -> None:
        self.start()
        time.sleep(2)
        self.site.stop_capture()

    def refused(self) -> str:
        code, said = refusal("candor-capture", "--config", str(self.site.config_path))
        self.assertEqual(code, 1, said)
        return said

    def state(self, name: str) -> dict:
        return next(found for found in self.site.status()["volumes"] if found["name"] == name)

    def wait_for_state(self, name: str, state: str, seconds: float) -> dict:
        wait_until(f"{state} of volume {name}", lambda: self.state(name)["state"] == state, seconds)
        return self.state(name)


class RefusedVolumeTest(VolumeCase):
    def test_another_volume_in_its_place_is_refused(self) -> None:
        self.configure()
        self.record_a_little()
        self.volume("a").rename(self.site.folder / "first")
        (self.site.folder / "capture" / "volumes.json").rename(self.site.folder / "volumes.json")
        self.record_a_little()  # Another one of the same name.
        (self.site.folder / "volumes.json").rename(self.site.folder / "capture" / "volumes.json")
        before = files_in(self.volume("a"))
        self.assertRegex(self.refused(), r"volume\.path.*another volume than the one that was here")
        self.assertEqual(files_in(self.volume("a")), before)

    def test_volume_of_another_name_is_refused(self) -> None:
        self.configure("ab")
        self.record_a_little()
        self.volume("a").rename(self.site.folder / "aside")
        self.volume("b").rename(self.volume("a"))
        (self.site.folder / "aside").rename(self.volume("b"))
        self.assertIn("is volume 'b', the configuration says 'a'; mount the right volume", self.refused())

    def test_empty_folder_in_place_of_a_known_volume_is_refused_and_stays_empty(self) -> None:
        self.configure()
        self.record_a_little()
        self.volume("a").rename(self.site.folder / "away")
        self.volume("a").mkdir()
        self.assertIn("to begin a new volume in its place", self.refused())
        self.assertEqual(files_in(self.volume("a")), [])

    def test_one_of_two_that_is_missing_is_an_alarm_and_not_the_end(self) -> None:
        self.configure("ab")
        self.record_a_little()
        self.volume("b").rename(self.site.folder / "away")
        self.volume("b").mkdir()
        self.start()
        self.assertEqual(self.state("b")["state"], "away")
        self.assertIn("is it mounted", self.state("b")["detail"])
        self.assertEqual(files_in(self.volume("b")), [])
        with self.assertRaisesRegex(RuntimeError, "needs a person: .*volume b is away"):
            self.site.candor("status", "--json")
        self.volume("b").rmdir()
        (self.site.folder / "away").rename(self.volume("b"))
        self.wait_for_state("b", "ok", BACK_MAX_S)
        self.assertRegex(self.site.candor("status"), r"(?m)^b +ok +\d")

    def test_only_volume_that_is_swapped_for_an_empty_folder_is_noticed(self) -> None:
        self.configure()
        self.start()
        self.volume("a").rename(self.site.folder / "away")
        self.volume("a").mkdir()
        wait_until("alarm", lambda: self.site.status()["volumes"][0]["state"] != "ok", NOTICED_MAX_S)
        self.site.wait_for_states(waiting_1="fault")
        self.assertEqual(list(self.volume("a").rglob("*.mp4")), [])


@unittest.skipUnless(may_mount(), "needs root and loop devices")
class MountedVolumeTest(VolumeCase):
    """Two volumes on devices of their own."""

    def setUp(self) -> None:
        super().setUp()
        self.disks = {}
        for name in "ab":
            self.disks[name] = LoopVolume(self.volume(name), DISK_BYTES)
            self.addCleanup(self.disks[name].close)
        self.addCleanup(self.site.close)  # Before the disks go.
        self.configure("ab", same_device=False)

    def assert_no_gap(self) -> None:
        self.site.stop_capture()
        entries = self.site.entries("waiting-1")
        causes = {entry["cause"] for entry in entries if entry["type"] == "GAP-OPEN"}
        self.assertLessEqual(causes, {"recorder-stop", "camera-offline"})
        self.assertEqual(undeclared_gaps(entries), [])

    def test_read_only_volume_is_refused(self) -> None:
        self.record_a_little()
        for name in self.disks:
            run("mount", "-o", "remount,ro", str(self.volume(name)))
        self.assertRegex(self.refused(), r"Read-only file system|read-only")

    def test_volume_that_turns_read_only_is_noticed_and_comes_back(self) -> None:
        self.start()
        self.disks["b"].make_read_only()
        self.wait_for_state("b", "away", NOTICED_MAX_S)
        time.sleep(6)  # More than a segment.
        self.assertEqual(self.site.room_state("waiting-1")["state"], "recording")
        self.disks["b"].unmount()
        self.disks["b"].check()
        self.disks["b"].mount()
        self.wait_for_state("b", "ok", BACK_MAX_S)
        self.assert_no_gap()

    def test_read_only_folder_in_the_volumes_place_is_noticed(self) -> None:
        self.start()
        folder = str(self.volume("b"))
        run("mount", "--bind", folder, folder)
        run("mount", "-o", "remount,ro,bind", folder)  # Files that are open can still be written.
        self.assertIn("read-only", self.wait_for_state("b", "away", NOTICED_MAX_S)["detail"])
        self.assert_no_gap()

    def test_volume_that_is_unmounted_is_noticed_and_comes_back(self) -> None:
        self.start()
        self.disks["b"].unmount_lazily()
        gone = time.monotonic()
        self.wait_for_state("b", "away", NOTICED_MAX_S)
        print(f"noticed after {time.monotonic() - gone:.1f} s", file=sys.stderr)
        time.sleep(6)  # More than a segment.
        self.assertEqual(files_in(self.volume("b")), [], "the mount point is not ours")
        self.disks["b"].mount()
        self.wait_for_state("b", "ok", BACK_MAX_S)
        self.assertEqual(self.site.room_state("waiting-1")["state"], "recording")
        self.assert_no_gap()

    def test_two_volumes_on_one_device_are_refused(self) -> None:
        for disk in self.disks.values():
            disk.unmount_lazily()
        self.assertIn("is on the same device as volume 'a'", self.refused())


if __name__ == "__main__":
    main()
