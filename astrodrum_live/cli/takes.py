"""A take as files, for ``render`` and for ``play --stems``."""

import time
from pathlib import Path

from astrodrum_live.cli.errors import must_be_wav, must_be_writable, must_not_be_read
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.progress import progress_bar
from astrodrum_live.cli.stopping import Stop


def render_take(
    path: Path, out: Path | None, stems: Path | None, generator: str | None, block: int,
    quiet: bool, stop: Stop,
) -> dict:  # fmt: skip
    """Render a performance file to ``out`` and to a folder ``stems``, either of which may be None.

    Errors: ``PerformanceError``, ``ModelError``, ``OSError``.
    """
    tell_of_compiling()
    from astrodrum_live.config import EngineConfig
    from astrodrum_live.generation.device_choice import check_generator
    from astrodrum_live.live.performance import read_take
    from astrodrum_live.live.replay import length_of
    from astrodrum_live.live.take_files import Rendered, write_mix, write_stems

    if generator is not None:
        check_generator(generator)
    EngineConfig(block=block)
    must_be_wav(out)
    take = read_take(path)
    if out:
        must_not_be_read(out, [path])
        must_be_writable(out)
    if stems and stems.exists() and not stems.is_dir():
        raise ValueError(f"{stems} is not a folder; stems are written into one")
    began = time.perf_counter()
    written: list[Rendered] = []
    frames = length_of(take)
    if out:
        with progress_bar("rendering", frames, quiet) as advance:
            written.append(write_mix(take, out, generator, advance, stop.is_set, block))
    if stems and not stop.is_set():
        with progress_bar("stems", frames, quiet) as advance:
            written.append(write_stems(take, stems, generator, advance, stop.is_set))
    seconds = sum(one.frames for one in written) / take.config.rate
    return {
        "files": [str(file) for one in written for file in one.files],
        "seconds": max(one.frames for one in written) / take.config.rate,
        "stopped": any(one.frames < frames for one in written),
        "sounds": len(take.sounds),
        "different": max(one.different for one in written),
        "cut_off": take.frames is None,
        "times_real_time": seconds / (time.perf_counter() - began),
    }


def told_take(report: dict) -> str:
    """The report in a line, and what did not come out the same in another."""
    files = report["files"]
    names = files[0] if len(files) == 1 else f"{len(files)} files, {files[0]} first"
    text = (
        f"{names}: {report['seconds']:.1f} s,"
        f" {report['times_real_time']:.1f} x real time"
        f"{', stopped before its end' if report['stopped'] else ''}"
    )
    if report["different"]:
        text += (
            f"\n{report['different']} of {report['sounds']} hits are not to the bit what was"
            " played: another machine, device or model made them"
        )
    if report["cut_off"]:
        text += "\nthe performance was cut off: this is as far as its file tells"
    return text
