"""``astrodrum devices``: what there is to play on and with."""

import json
from typing import Annotated

import typer


def devices(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """List audio outputs, MIDI inputs, MIDI outputs for a clock, and the devices that can generate.

    Example: astrodrum devices
    """
    found = {
        "audio": _audio(),
        "midi": _midi(),
        "clock-out": _clock_out(),
        "generator": _generators(),
    }
    if as_json:
        print(json.dumps(found))
        return
    for title, entries in found.items():
        print(f"{title}:")
        for entry in entries["found"]:
            print(f"  {entry}")
        if entries["note"]:
            print(f"  ({entries['note']})")


def _audio() -> dict:
    from astrodrum_live.engine.device import DeviceError
    from astrodrum_live.engine.outputs import load_portaudio

    try:
        sd = load_portaudio()
    except DeviceError as error:
        return {"found": ["null"], "note": str(error)}
    cards = [
        f"{info['index']}  {info['name']}  {info['default_samplerate']:.0f} Hz,"
        f" {info['default_low_output_latency'] * 1e3:.1f} ms"
        for info in sd.query_devices()
        if info["max_output_channels"] > 0
    ]
    return {"found": [*cards, "null"], "note": "" if cards else "no sound card"}


def _midi() -> dict:
    from astrodrum_live.control.midi_ports import MidiPortError, list_inputs

    try:
        return {"found": list_inputs(), "note": ""}
    except MidiPortError as error:
        return {"found": [], "note": str(error)}


def _clock_out() -> dict:
    from astrodrum_live.control.midi_outputs import list_outputs
    from astrodrum_live.control.midi_system import MidiPortError

    try:
        return {"found": list_outputs(), "note": ""}
    except MidiPortError as error:
        return {"found": [], "note": str(error)}


def _generators() -> dict:
    try:
        import torch
    except ImportError as error:
        return {"found": ["frozen"], "note": f"no torch: {error}"}
    found = ["cpu", "frozen"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found.insert(0, f"cuda ({torch.cuda.get_device_name(0)})")
    return {"found": found, "note": ""}
