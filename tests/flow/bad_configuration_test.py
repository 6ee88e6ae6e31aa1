# SPDX-License-Identifier: Apache-2.0
"""What an operator gets wrong is said in one line that leads to the mistake, and harms nothing."""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from flow_case import FlowCase, camera, configuration, main, refusal, room_of, wait_until  # noqa: E402


class BadConfigurationTest(FlowCase):
    def refused(self, path: Path | None = None) -> str:
        """The one line that capture says instead of running."""
        code, said = refusal("candor-capture", "--config", str(path or self.site.config_path))
        self.assertNotEqual(code, 0)
        lines = [line for line in said.splitlines() if line.startswith("candor-capture: ")]
        self.assertEqual(len(lines), 1, said)
        return lines[0]

    def line_of(self, beginning: str) -> int:
        lines = self.site.config_path.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if line.startswith(beginning))

    def assert_names(self, said: str, line: int, key: str) -> None:
        self.assertRegex(said, rf"{re.escape(str(self.site.config_path))}:{line}: .*{re.escape(key)}")

    def test_unknown_key_is_named_with_its_line(self) -> None:
        self.site.configure([room_of("waiting-1", "waiting", [camera(1)])], "segment_seconds = 5")
        self.assert_names(self.refused(), self.line_of("segment_seconds"), "segment_seconds")

    def test_room_without_source_is_named_with_its_line(self) -> None:
        self.site.configure([room_of("waiting-1", "waiting", [])])
        said = self.refused()
        self.assert_names(said, self.line_of("[[room]]"), "source")
        self.assertIn("waiting-1", said)

    def test_password_in_the_url_is_refused_and_not_repeated(self) -> None:
        bad = camera(1).replace("rtsp://", "rtsp://admin:hunter2@")
        self.site.configure([room_of("waiting-1", "waiting", [bad])])
        said = self.refused()
        self.assert_names(said, self.line_of("url"), "url")
        self.assertNotIn("hunter2", said)

    def test_no_file_at_all(self) -> None:
        self.assertIn("missing.toml", self.refused(self.site.folder / "missing.toml"))

    def test_volume_with_foreign_files_is_left_alone(self) -> None:
        volume = self.site.folder / "volume-a"
        volume.mkdir()
        (volume / "holiday.jpg").write_bytes(b"not ours")
        self.site.configure([room_of("waiting-1", "waiting", [camera(1)])])
        self.assertIn(str(volume), self.refused())
        self.assertEqual([path.name for path in volume.iterdir()], ["holiday.jpg"])
        self.assertEqual((volume / "holiday.jpg").read_bytes(), b"not ours")

    def start_one(self) -> int:
        port = self.site.open_cameras(2)
        self.site.configure([room_of("waiting-1", "waiting", [camera(port)])])
        self.site.start_capture()
        self.site.wait_for_states(waiting_1="recording")
        return port

    def second_config(self, port: int, replaced: list[tuple[str, str]]) -> Path:
        other = self.site.folder / "other"
        other.mkdir()
        text = configuration(other, port, [room_of("waiting-9", "waiting", [camera(port, 1)])])
        for old, new in replaced:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = other / "candor.toml"
        path.write_text(text)
        return path

    def test_socket_in_use_stops_the_second_not_the_first(self) -> None:
        port = self.start_one()
        other = self.second_config(
            port, [(f"{self.site.folder}/other/capture.sock", str(self.site.socket_path))]
        )
        self.assertIn(str(self.site.socket_path), self.refused(other))
        self.assertEqual(self.site.room_state("waiting-1")["state"], "recording")

    def test_volume_in_use_stops_the_second_not_the_first(self) -> None:
        port = self.start_one()
        other = self.second_config(
            port, [(f"{self.site.folder}/other/volume-a", f"{self.site.folder}/volume-a")]
        )
        self.assertIn("volume-a", self.refused(other))
        self.assertEqual(self.site.room_state("waiting-1")["state"], "recording")

    def test_state_in_use_stops_the_second_not_the_first(self) -> None:
        port = self.start_one()
        other = self.second_config(
            port, [(f'"{self.site.folder}/other/capture"', f'"{self.site.folder}/capture"')]
        )
        self.assertIn(f"{self.site.folder}/capture", self.refused(other))
        self.assertEqual(self.site.room_state("waiting-1")["state"], "recording")


class WrongPasswordTest(FlowCase):
    def locked_camera(self) -> int:
        """A second simulator that asks for a password; returns its port."""
        (self.site.folder / "right").write_text("open sesame\n")
        port = self.site.open_cameras(
            1, ["--user", "candor", "--password-file", str(self.site.folder / "right")]
        )
        self.locked = self.site.cameras
        return port

    def source_with(self, port: int, password: str) -> str:
        path = self.site.folder / f"password-{password.split()[0]}"
        path.write_text(password + "\n")
        path.chmod(0o600)
        return camera(port) + f'user = "candor"\npassword_file = "{path}"\n'

    def test_room_says_so_and_other_cameras_go_on(self) -> None:
        locked = self.locked_camera()
        port = self.site.open_cameras(1)
        self.site.configure(
            [
                room_of("waiting-1", "waiting", [self.source_with(locked, "wrong")]),
                room_of("waiting-2", "waiting", [camera(port)]),
                room_of("waiting-3", "waiting", [self.source_with(locked, "open sesame")]),
            ]
        )
        self.site.start_capture()
        self.site.wait_for_states(waiting_2="recording", waiting_3="recording")
        self.site.wait_for_states(waiting_1="fault")
        streams = self.site.room_state("waiting-1")["streams"]
        self.assertEqual({stream["state"] for stream in streams}, {"lost"})
        self.assertEqual({stream["recorded_to"] for stream in streams}, {None})
        self.assertIn("401", self.site.capture.log_path.read_text())
        wait_until("gap", lambda: self.gaps("waiting-1"))
        for gap in self.gaps("waiting-1"):
            self.assertIn("user and password", gap["detail"])
        self.assertNotIn("sesame", self.site.capture.log_path.read_text())
        before = self.site.room_state("waiting-2")["streams"][0]["recorded_to"]
        time.sleep(1.5)
        self.assertGreater(self.site.room_state("waiting-2")["streams"][0]["recorded_to"], before)

    def gaps(self, slug: str) -> list[dict]:
        return [entry for entry in self.site.entries(slug) if entry["type"] == "GAP-OPEN"]


if __name__ == "__main__":
    main()
