# SPDX-License-Identifier: Apache-2.0
"""The same recording by programs everybody has: one ffmpeg or gst-launch process for each camera.

Both only copy into fragmented MP4; neither hashes, seals nor syncs.
"""

import subprocess
import time
from pathlib import Path

from .cost import Mark, resident_mb


def ffmpeg_command(url: str, folder: Path, number: int) -> list[str]:
    return [
        *("ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url, "-c", "copy"),
        *("-f", "segment", "-segment_time", "60", "-segment_format", "mp4"),
        *("-segment_format_options", "movflags=frag_keyframe+empty_moov+default_base_moof"),
        str(folder / f"ffmpeg-{number}-%05d.mp4"),
    ]


def gst_command(url: str, folder: Path, number: int) -> list[str]:
    sink = f"splitmuxsink name=mux max-size-time=60000000000 location={folder}/gst-{number}-%05d.mp4"
    sink += " muxer-factory=mp4mux muxer-properties=properties,fragment-duration=(uint)1000"
    pipeline = f"rtspsrc location={url} protocols=tcp name=camera {sink}"
    pipeline += " camera. ! rtph264depay ! h264parse ! queue ! mux.video"
    pipeline += " camera. ! rtpmp4gdepay ! aacparse ! queue ! mux.audio_0"
    return ["gst-launch-1.0", "-q", *pipeline.split()]


def measure(make_command, urls: list[str], folder: Path, seconds: float) -> dict:
    """Starts one process for each camera, lets them settle, and returns their cost per camera."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        processes = [
            subprocess.Popen(make_command(url, folder, number), stdout=log, stderr=log)
            for number, url in enumerate(urls)
        ]
    try:
        time.sleep(5)  # ffmpeg looks at 5 s at most before it begins to write.
        before = Mark.now([process.pid for process in processes])
        time.sleep(seconds)
        ended = [process for process in processes if process.poll() is not None]
        if ended:
            raise SystemExit(f"bench: {ended[0].args[0]} ended early, see {folder}/log")
        after = Mark.now([process.pid for process in processes])
        megabytes = sum(path.stat().st_size for path in folder.glob("*.mp4")) / 1e6
        return {
            "streams": len(urls),
            "cpu_percent_per_stream": after.cpu_percent_since(before) / len(urls),
            "rss_mb_per_stream": resident_mb(list(after.pids)) / len(urls),
            "written_megabits_per_second": megabytes * 8 / (after.at - before.at + 5) / len(urls),
        }
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
