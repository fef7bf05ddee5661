"""``astrodrum encode``: a sample of one's own becomes a pad."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable, must_be_replaceable, must_be_wav, must_be_writable
from astrodrum_live.cli.progress import progress_bar

RENDERED = 4  # strokes after each sample in the file of --render
GAP_S = 0.1


def encode(
    samples: Annotated[list[Path], typer.Argument(help="Audio files, one hit each.")],
    model: Annotated[
        str | None, typer.Option(help="A model's name or folder. \\[the kit's, or the shipped one]")
    ] = None,
    class_: Annotated[
        str | None, typer.Option("--class", help="The class to seek in. \\[the nearest of all]")
    ] = None,
    steps: Annotated[int, typer.Option(min=0, help="Gradient steps at most; 0: none.")] = 150,
    patch: Annotated[
        Path | None, typer.Option(help="Write a new kit, a pad per sample, to this TOML file.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="Add the pads to this kit, or replace those there.")
    ] = None,
    pad: Annotated[
        str | None, typer.Option(help="The pad's name, for one sample. \\[the file's]")
    ] = None,
    render: Annotated[
        Path | None, typer.Option(help="Write each sample and four of its strokes to this WAV.")
    ] = None,
    yardstick: Annotated[
        bool, typer.Option(help="Also encode a hit of the model's own, for comparison.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Find the place in a model's latent space that sounds most like a sample, and make it a pad.

    LSD is the log-spectral distance, dB; two strokes of one noisy drum lie several dB apart.

    Example: astrodrum encode my_kick.wav --class kick --patch mine.toml
    """
    with mendable(as_json):
        _check(samples, patch, into, pad, render)
        report = _encode(samples, model, class_, steps, into, pad, render, yardstick, as_json)
        report["patch"] = _write(report, patch, into)
    if as_json:
        print(json.dumps(report))
    else:
        _tell(report)


def _check(
    samples: list[Path], patch: Path | None, into: Path | None, pad: str | None,
    render: Path | None,
) -> None:  # fmt: skip
    from astrodrum_live.control.patch_schema import PAD_NAME

    if patch and into:
        raise ValueError("--patch writes a new kit and --into changes one: give only one of them")
    if pad and not (patch or into):
        raise ValueError("--pad names the pad to write: give --patch or --into too")
    if pad and len(samples) > 1:
        raise ValueError(f"--pad names one pad, and there are {len(samples)} samples; leave it out")
    if pad is not None and not PAD_NAME.fullmatch(pad):
        raise ValueError(f"--pad is '{pad}'; use 1 to 32 letters, digits, - or _")
    if patch and patch.suffix != ".toml":
        raise ValueError(
            f"{patch}: a kit is a TOML file; name it {patch.with_suffix('.toml').name}"
        )
    if patch and patch.exists():
        raise ValueError(f"{patch} is there already; --into adds pads to it")
    if into and not into.is_file():
        raise ValueError(f"{into}: no such file; --patch makes a new kit")
    must_be_wav(render)
    for path in filter(None, (patch, render)):
        must_be_writable(path)
    if into:
        must_be_replaceable(into)


def _encode(
    samples: list[Path], model_name: str | None, class_name: str | None, steps: int,
    into: Path | None, pad: str | None, render: Path | None, with_yardstick: bool, quiet: bool,
) -> dict:  # fmt: skip
    from astrodrum_live.cli.samples import read_sample
    from astrodrum_live.control.patch_file import load_patch
    from astrodrum_live.control.patch_pads import pad_name
    from astrodrum_live.generation.device_choice import start_torch
    from astrodrum_live.live.model_choice import find_model, model_folder
    from astrodrum_live.model.checkpoint import read_card
    from astrodrum_live.model.player import load_model
    from astrodrum_live.training.encoding import SampleEncoder

    kit = load_patch(into) if into else None
    folder = model_folder(kit) if kit and model_name is None else find_model(model_name)
    card = read_card(folder)
    if kit and (own := read_card(model_folder(kit))).hash != card.hash:
        raise ValueError(
            f"{into} plays the model '{own.folder.name}', not '{folder.name}'; leave --model out"
        )
    classes = card.config.classes
    labels = _labels(class_name, classes, folder)
    waves = [read_sample(path, card.config) for path in samples]
    encoder = SampleEncoder(load_model(folder, start_torch("cpu")))
    found: list[dict] = []
    yardsticks: dict[int, dict] = {}
    strokes = []
    taken: list[str] = list(kit.pad_names()) if kit else []
    for path, wave in zip(samples, waves, strict=True):
        began = time.perf_counter()
        with progress_bar(f"encoding {path.name}", max(1, steps), quiet) as advance:
            encoded = encoder.encode(wave, labels, steps, advance)
        seconds = time.perf_counter() - began
        label = encoded.place.label
        if with_yardstick and label not in yardsticks:
            with progress_bar(f"a {classes[label]} of the model's own", max(1, steps), quiet) as on:
                yardsticks[label] = asdict(encoder.yardstick(label, steps, on))
        taken.append(pad or pad_name(path.stem, taken))
        found.append(
            {
                "file": str(path),
                "pad": taken[-1],
                "class": classes[label],
                "start": asdict(encoded.start),
                "refined": asdict(encoded.refined),
                "nearest_draw": asdict(encoded.nearest_draw),
                "own_hit": yardsticks.get(label),
                "seconds": round(seconds, 3),
                "z": [float(value) for value in encoded.place.z],
            }
        )
        strokes.append(encoder.strokes(encoded.place.z, label, RENDERED, 0))
    if render:
        _render(render, waves, strokes, card.config.sample_rate)
    return {
        "model": str(folder),
        "hash": card.hash,
        "samples": found,
        "render": str(render) if render else None,
    }


def _labels(name: str | None, classes: tuple[str, ...], folder: Path) -> tuple[int, ...]:
    from astrodrum_live.params import nearest

    if name is None:
        return tuple(range(len(classes)))
    if name not in classes:
        hint = f"{nearest(name, list(classes))}; it has {', '.join(classes)}"
        raise ValueError(f"the model '{folder.name}' has no class '{name}'{hint}")
    return (classes.index(name),)


def _write(report: dict, patch: Path | None, into: Path | None) -> str | None:
    """The pads of ``report`` into a kit; its file."""
    from astrodrum_live.control.patch import PadLatent
    from astrodrum_live.control.patch_pads import NewPad, new_patch, put_pad
    from astrodrum_live.places import shipped_folder

    pads = [
        NewPad(
            sample["pad"],
            sample["class"],
            PadLatent(report["hash"], tuple(sample["z"])),
            f"{Path(sample['file']).name}, {sample['refined']['lsd_db']:.1f} dB LSD away",
        )
        for sample in report["samples"]
    ]
    folder = Path(report["model"])
    if patch:
        shipped = folder.resolve().parent == shipped_folder("models").resolve()
        new_patch(patch, folder.name if shipped else str(folder.resolve()), pads)
    for pad in pads if into else ():
        put_pad(Path(str(into)), pad)
    written = patch or into
    return str(written) if written else None


def _render(path: Path, waves: list, strokes: list, rate: int) -> None:
    """Each sample, then its strokes, at the model's rate."""
    import numpy as np
    import soundfile

    gap = np.zeros(round(GAP_S * rate), np.float32)
    pieces = [
        piece
        for wave, made in zip(waves, strokes, strict=True)
        for hit in (wave, *made)
        for piece in (np.clip(hit, -1.0, 1.0), gap)
    ]
    soundfile.write(path, np.concatenate(pieces), rate, "PCM_24", format="WAV")


def _tell(report: dict) -> None:
    for sample in report["samples"]:
        print(f"{sample['file']}: class {sample['class']}, {sample['seconds']:.1f} s")
        for text, figures in _rows(sample):
            print(f"  {text:<34}{figures['lsd_db']:5.1f} dB LSD{figures['mel_l1_db']:6.1f} dB mel")
    if report["patch"]:
        print(f"pads in {report['patch']}: {', '.join(s['pad'] for s in report['samples'])}")
    if report["render"]:
        print(f"samples and strokes in {report['render']}")


def _rows(sample: dict) -> list[tuple[str, dict]]:
    own = sample["own_hit"]
    rows = [
        ("before refinement", sample["start"]),
        ("after", sample["refined"]),
        (f"nearest of the model's {sample['class']} draws", sample["nearest_draw"]),
    ]
    if own:
        rows.append(("its own hit, encoded back", own["encoded_back"]))
        rows.append(("its own hit, another stroke", own["same_latent"]))
    return rows
