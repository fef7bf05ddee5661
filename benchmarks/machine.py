"""On what, with what and when it was measured."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from astrodrum_live import __version__
from benchmarks.peers import PEERS

OURS = ("numpy", "numba", "torch", "python-rtmidi", "sounddevice")


def conditions() -> list[str]:
    """Lines for the head of the report."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    libraries = ", ".join(f"{name} {_version(name)}" for name in OURS)
    peers = [f"{name} {found}" for name, peer in PEERS.items() if (found := peer.find())]
    return [
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()};"
        f" load average {load} as it began; {when}",
        f"AstroDrum Live {__version__}{_commit()}, Python {platform.python_version()}, {libraries}",
        f"peers: {', '.join(peers) or 'none'}",
    ]


def processor() -> str:
    """The processor's name, and its widest vectors where that is known."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(
        (part.strip() for part in line.split(":", 1)) for line in text.splitlines() if ":" in line
    )
    flags = fields.get("flags", "").split()
    widest = next((name for flag, name in _VECTORS if flag in flags), "")
    return fields.get("model name", platform.machine()) + (f" ({widest})" if widest else "")


_VECTORS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("sse2", "SSE2"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return f" ({done.stdout.strip()})" if done.returncode == 0 else ""
