"""``astrodrum hits``: generated hits as audio files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.progress import progress_bar

FORMATS = {"wav16": ("WAV", 16), "wav24": ("WAV", 24), "flac": ("FLAC", 24)}


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
        typer.Option(min=0.0, max=1.0, help="Hits for so hard a stroke. \\[as the knobs stand]"),
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
    container, bits = FORMATS[format_]
    sounds, names, values = _source(source)
    if pad not in names:
        hint = f"{nearest(pad, names)}; it has {', '.join(names)}"
        raise ValueError(f"'{source}' has no pad '{pad}'{hint}")
    index = names.index(pad)
    values[index] = _own_row(values[index], own, sounds.model)

    from astrodrum_live.export.audio_file import encode
    from astrodrum_live.export.collection import collect, made_for
    from astrodrum_live.generation.device_choice import start_torch
    from astrodrum_live.generation.makers import Made, ModelMaker
    from astrodrum_live.layers import layer_of
    from astrodrum_live.whole_file import whole_file

    maker = ModelMaker(sounds, rate, seed, start_torch("cpu"))
    rate = maker.sample_rate if raw else rate

    def make(requests: list) -> list[Made]:
        if not raw:
            return maker.make(requests, values)
        return [Made(audio, own) for audio, own in zip(*maker.raw(requests, values), strict=True)]

    layer = None if velocity is None else layer_of(velocity)
    out.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    with progress_bar("making hits", count, quiet) as advance:
        for hit in collect(make, index, layer, count, numbered=which):
            path = out / f"{pad}_{len(files) + 1:04d}_{hit.seed:016x}.{container.lower()}"
            with whole_file(path) as part:
                part.write_bytes(encode(hit.audio, rate, bits, hit.seed, container))
            files.append(str(path))
            advance(len(files))
    return {
        "files": files,
        "rate": rate,
        "format": format_,
        "model": maker.hash,
        "seed": seed,
        "number": which,
        "made_for": made_for(layer),
    }


def _own_row(row, own: list[str], model: Path):
    """A pad's values with ``name=value`` of these hits; a class may be given by its name."""
    if not own:  # and no engine, which has to be compiled on a first start
        return row
    tell_of_compiling()
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
