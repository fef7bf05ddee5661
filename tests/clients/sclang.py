"""sclang without a screen."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def run_sclang(
    code: str, folder: Path, seconds: float, port: int, beside: Path | None = None
) -> str:
    """Run ``code`` in ``folder`` for so long and return what it posted.

    Every 57130 in it, and in the files of ``beside`` that are copied there, becomes ``port``.
    """
    sclang = shutil.which("sclang")
    if not sclang:
        pytest.skip("no sclang here: on Debian 'apt install supercollider-language'")
    for file in sorted(beside.glob("*.scd")) if beside else ():
        (folder / file.name).write_text(file.read_text().replace("57130", str(port)))
    (folder / "code.scd").write_text(code.replace("57130", str(port)))
    script = folder / "run.scd"  # ends in time even where the code is wrong
    script.write_text(f'fork {{ {seconds}.wait; 0.exit }}; "code.scd".loadRelative;')
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",  # sclang as root will not start without it
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
    }
    done = subprocess.run(
        [sclang, str(script)],
        env=environment, capture_output=True, text=True, timeout=60 + seconds,
    )  # fmt: skip
    assert "ERROR" not in done.stdout, done.stdout[-3000:]
    return done.stdout
