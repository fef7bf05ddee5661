"""``astrodrum import-wavegan``: a checkpoint of the original WaveGAN becomes a model folder."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable

BANK_HITS = 8


def import_wavegan(
    checkpoint: Annotated[
        Path,
        typer.Argument(help="A training folder, or a checkpoint in it: model.ckpt-18207."),
    ],
    out: Annotated[Path, typer.Option(help="The model folder to make, for example models/NAME.")],
    name: Annotated[
        str, typer.Option("--class", help="What it was trained on, for the pads: kick, snare ...")
    ] = "drum",
    rate: Annotated[
        int | None,
        typer.Option(help="Sample rate it was trained at, Hz (default: from args.txt, or 16000)."),
    ] = None,
    slice_len: Annotated[
        int | None,
        typer.Option("--slice", help="Frames in a hit, where args.txt is lost: 32768 or 65536."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Play a generator trained by the original TensorFlow WaveGAN (chrisdonahue/wavegan).

    TensorFlow is not needed, and the hits are those it would make. The original knows no classes:
    import one checkpoint for each drum.

    Example: astrodrum import-wavegan train/ --out models/kicks --class kick --rate 44100
    """
    with mendable(as_json):
        report = _import(checkpoint, out, name, rate, slice_len)
    if as_json:
        print(json.dumps(report))
    else:
        print(
            f"{out}: {report['parameters'] / 1e6:.2f} M weights of d = {report['dim']}, "
            f"{report['slice_len']} frames at {report['sample_rate']} Hz, class '{name}', "
            f"hash {report['hash']}"
        )


def _import(
    checkpoint: Path, out: Path, name: str, rate: int | None, slice_len: int | None
) -> dict:
    from astrodrum_live.model.checkpoint import CONFIG

    if not name.strip():
        raise ValueError("--class is empty; name the drum, as in --class kick")
    if (out / CONFIG).exists():
        raise ValueError(f"{out} holds a model already; choose another --out, or remove it")
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is not a folder; a model is one")

    from astrodrum_live.generation.device_choice import start_torch
    from astrodrum_live.model.bank import make_bank, save_bank
    from astrodrum_live.model.checkpoint import replace_file, save_model
    from astrodrum_live.model.latents import UniformPrior
    from astrodrum_live.model.original_wavegan import read_original
    from astrodrum_live.model.player import load_model
    from astrodrum_live.model.tensor_bundle import open_bundle

    bundle = open_bundle(checkpoint)
    original = read_original(bundle, name, rate, slice_len)
    config = original.config
    told = {
        "command": "astrodrum " + " ".join(sys.argv[1:]),
        "imported": bundle.prefix.name,
        "steps_done": original.steps,
        "batch_norm_folded": original.normed,
    }
    prior = UniformPrior(config.latent_dim, 1)
    save_model(out, config, prior, {"generator": original.arrays}, told, {}, {})
    start_torch("cpu")
    model = load_model(out)
    save_bank(out, make_bank(model, BANK_HITS, 0))
    report = {
        "model": str(out),
        "hash": model.hash,
        "imported": bundle.prefix.name,
        "steps": original.steps,
        "parameters": sum(array.size for array in original.arrays.values()),
        "batch_norm_folded": original.normed,
        **config.to_dict(),
    }
    replace_file(out / "CARD.md", _card(report).encode())
    return report


def _card(told: dict) -> str:
    filtered = f", a post filter of {told['post_filter']} taps" if told["post_filter"] else ""
    steps = f"after {told['steps']} steps" if told["steps"] >= 0 else "its steps are not told"
    return f"""# {Path(told["model"]).resolve().name}

Hash `{told["hash"]}`. A generator trained by the original WaveGAN (chrisdonahue/wavegan,
TensorFlow), imported from `{told["imported"]}` ({steps}): d = {told["dim"]},
{told["latent_dim"]} latents, {told["slice_len"]} frames at {told["sample_rate"]} Hz, up-sampling by
{told["upsample"]}{filtered}. Its output is that of the original network.

The data it was trained on and the licence of its weights are those of whoever trained it.
"""
