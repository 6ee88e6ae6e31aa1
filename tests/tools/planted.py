# SPDX-License-Identifier: Apache-2.0
"""A small source tree in a temporary folder, and what a check of tools/ says about it."""

import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
HEAD = "// SPDX-License-Identifier: Apache-2.0\n// A file of a test.\n"


def verdict(check: str, files: dict[str, str]) -> tuple[int, str]:
    """Runs tools/check_<check>.py over a tree of these files; returns its exit code and its text."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, str(TOOLS / f"check_{check}.py"), "--root", folder],
                              capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
