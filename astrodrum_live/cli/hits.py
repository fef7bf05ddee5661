"""``astrodrum hits``: generated hits as audio files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.progress import progress_bar

FORMATS = {"wav16": ("WAV", "PCM_16"), "wav24": ("WAV", "PCM_24"), "flac": ("FLAC", "PCM_24")}
BATCH = 16


def hits(
    source: Annotated[str, typer.Argument(help="A kit (name or TOML file) or a model folder.")],
    pad: Annotated[str, typer.Option(help="A pad of the kit, or a class of the model.")],
    count: Annotated[int, typer.Option(min=1, help="How many hits.")] = 1,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")] = Path(
        "hits"
    ),
    number: Annotated[
        int | None,
        typer.Option(help="This hit of the pad's endless folder, and those that follow it."),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", help="A row that is other for these hits: brightness=0.7. Repeat."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same hits.")] = 0,
    velocity: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Hits for so hard a stroke. [as the knobs stand]"),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="wav16, wav24 or flac.")] = "wav24",
    raw: Annotated[bool, typer.Option(help="As the model makes them, at its own rate.")] = False,
    rate: Annotated[int, typer.Option(help="Sample rate, Hz (without --raw).")] = 48000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write hits that nobody has heard before.

    Example: astrodrum hits default --pad snare --count 16 -o snares
    Example: astrodrum hits default --pad kick --number 12345
    """
    with mendable(as_json):
        if number is not None and seed:
            raise ValueError("a numbered hit is the same with any --seed; give one of the two")
        report = _hits(
            source, pad, count, out, seed, number, own or [], velocity, format_, raw, rate, as_json
        )
    if as_json:
        print(json.dumps(report))
    else:
        print(f"{len(report['files'])} hits in {out} ({report['rate']} Hz, {format_})")


def _hits(
    source: str, pad: str, count: int, out: Path, seed: int, which: int | None, own: list[str],
    velocity: float | None, format_: str, raw: bool, rate: int, quiet: bool,
) -> dict:  # fmt: skip
    from astrodrum_live.config import EngineConfig
    from astrodrum_live.params import nearest

    if format_ not in FORMATS:
        hint = f"{nearest(format_, list(FORMATS))}; there are: {', '.join(FORMATS)}"
        raise ValueError(f"no format '{format_}'{hint}")
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is not a folder; hits are written into one")
    EngineConfig(rate=rate)  # refuses what no engine would play
    container, subtype = FORMATS[format_]
    sounds, names, values = _source(source)
    if pad not in names:
        hint = f"{nearest(pad, names)}; it has {', '.join(names)}"
        raise ValueError(f"'{source}' has no pad '{pad}'{hint}")
    index = names.index(pad)
    values[index] = _own_row(values[index], own, sounds.model)

    import numpy as np
    import soundfile

    from astrodrum_live.generation.device_choice import start_torch
    from astrodrum_live.generation.makers import ModelMaker, Request
    from astrodrum_live.generation.seeds import folder_number, layer_number
    from astrodrum_live.layers import MADE_FOR, layer_of
    from astrodrum_live.model.dynamics import NEUTRAL

    maker = ModelMaker(sounds, rate, seed, start_torch("cpu"))
    number, made_for = 0, NEUTRAL
    if velocity is not None:  # the hits that the instrument would play, under their numbers
        layer = layer_of(velocity)
        number, made_for = layer_number(layer, 0), MADE_FOR[layer]
    batch = BATCH
    if which is not None:  # one by one, as when they are played: company would change the last bits
        number, batch = folder_number(which), 1
    out.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    broken = 0
    with progress_bar("making hits", count, quiet) as advance:
        while len(files) < count:
            requests = [Request(index, number + turn, made_for) for turn in range(batch)]
            number += batch
            if raw:
                audio, seeds = maker.raw(requests, values)
                rate = maker.sample_rate
                made = list(zip(audio, seeds, strict=True))
            else:
                made = [(hit.audio, hit.seed) for hit in maker.make(requests, values)]
            for hit, hit_seed in made[: count - len(files)]:
                if hit is None:
                    broken += 1
                    if broken > 10 * count + 100:
                        raise RuntimeError(f"the model makes only silence for '{pad}'")
                    continue
                path = out / f"{pad}_{len(files) + 1:04d}_{hit_seed:016x}.{container.lower()}"
                soundfile.write(path, np.clip(hit, -1.0, 1.0), rate, subtype, format=container)
                files.append(str(path))
            advance(len(files))
    return {
        "files": files,
        "rate": rate,
        "format": format_,
        "model": maker.hash,
        "seed": seed,
        "number": which,
        "made_for": made_for,
    }


def _own_row(row, own: list[str], model: Path):
    """A pad's values with ``name=value`` of these hits; a class may be given by its name."""
    from astrodrum_live.control.patch import class_index
    from astrodrum_live.control.row_names import row_named
    from astrodrum_live.live.orders import own_row
    from astrodrum_live.model.checkpoint import read_card

    params = []
    for text in own:
        name, _, value = text.partition("=")
        try:
            param = row_named(name)
            if param.of == "class" and not value.replace(".", "").isdigit():
                value = str(class_index(value, read_card(model).config.classes))
        except KeyError as error:
            raise ValueError(str(error.args[0])) from error
        if param.stage != "hit":
            raise ValueError(f"'{name}' does not change how a hit is made, only how it is played")
        try:
            params.append((param.name, float(value)))
        except ValueError as error:
            raise ValueError(
                f"--own takes name=value, such as brightness=0.7, not '{text}'"
            ) from error
    return own_row(row, params)


def _source(source: str) -> tuple:
    """Sounds, pad names and values (pads, rows) of a kit, or of a model with a pad per class."""
    import numpy as np

    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.generation.sounds import Sounds
    from astrodrum_live.live.model_choice import sounds_of
    from astrodrum_live.model.checkpoint import CONFIG, read_card
    from astrodrum_live.params import PAD_PARAMS
    from astrodrum_live.places import shipped_folder

    for folder in (Path(source), shipped_folder("models") / source):
        if folder.is_dir() and (folder / CONFIG).exists():
            classes = read_card(folder).config.classes
            defaults = [row.default for row in PAD_PARAMS]
            values = np.tile(defaults, (len(classes), 1))
            values[:, [row.name for row in PAD_PARAMS].index("radius")] = 2.0  # all the model has
            return Sounds(folder, tuple({name: 1.0} for name in classes)), list(classes), values
    patch = load_patch(find_patch(source))
    sounds = sounds_of(patch)
    return sounds, patch.pad_names(), np.array(sounds.rows)
