"""``astrodrum learn``: hit a pad and it is bound, turn a knob and it is bound."""

import json
import queue
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from astrodrum_live.cli.errors import mendable, must_be_writable

LOOK_S = 0.1
INTERRUPTED = 130


def learn(
    patch: Annotated[
        str, typer.Argument(help="A kit: a name in patches/, or a TOML file.")
    ] = "default",
    pad: Annotated[
        list[str] | None, typer.Option(help="The pad to hit; may be given again. \\[asked for]")
    ] = None,
    cc: Annotated[
        list[str] | None,
        typer.Option(help="PAD.PARAM, *.PARAM or master.PARAM: turn a knob for it; also again."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write a copy of the kit with it here.")
    ] = None,
    midi: Annotated[str, typer.Option(help="MIDI input: part of a port's name, or all.")] = "all",
    midi_file: Annotated[
        Path | None, typer.Option("--midi-file", "-f", help="Listen to this MIDI file instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Bind pads by hitting them and knobs by turning them. Ctrl-C ends; what is bound stays.

    The notes go into the kit's file. A kit that ships is copied to your own folder first, and
    found there by its name from then on.

    Example: astrodrum learn default --pad snare --pad hat_open
    """
    learned: list = []
    with mendable(as_json):
        path = _learn(patch, pad or [], cc or [], out, midi, midi_file, learned, as_json)
    if as_json:
        print(json.dumps({"patch": str(path), "learned": [asdict(one) for one in learned]}))
    elif learned:
        print(f"written to {path}")


def _learn(name, pads, targets, out, midi, midi_file, learned, as_json) -> Path:
    from astrodrum_live.control.learning import Listener
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.control.patch_learning import learn_controller, learn_note
    from astrodrum_live.control.patch_midi import cc_target

    source = find_patch(name)
    kit = load_patch(source)
    for target in targets:
        cc_target(target, kit.pad_names())
    for pad in pads:
        kit.pad_index(pad)
    path = _place(source, out)

    def tell(one) -> None:
        learned.append(one)
        _say(one.line())

    with ExitStack() as opened:
        arrivals, forget = _arrivals(midi, midi_file, opened)
        listener = Listener(arrivals)
        try:
            for pad in pads or (() if targets else _asked(kit.pad_names(), forget)):
                _say(f"hit {pad} ...")
                note, channel = listener.note() or _ended(f"'{pad}' was hit")
                _copy(source, path)
                tell(learn_note(path, pad, note, channel))
            for target in targets:
                _say(f"turn the knob for {target} ...")
                control = listener.controller()
                if control is None:
                    _ended(f"a knob was turned for {target}")
                _copy(source, path)
                tell(learn_controller(path, control, target))
        except KeyboardInterrupt:
            _say(f"stopped; what was bound is in {path}" if learned else "stopped")
            raise SystemExit(INTERRUPTED) from None
    return path


def _place(source: Path, out: Path | None) -> Path:
    """The file to write: the kit's own, unless that one ships or a copy is wanted."""
    from astrodrum_live.control.patch_file import patches_folder
    from astrodrum_live.places import user_folder

    if out is None:
        ships = source.resolve().parent == patches_folder().resolve()
        return user_folder("patches") / source.name if ships else source
    if out.suffix != ".toml":
        raise ValueError(f"{out}: a kit is a TOML file; name it {out.with_suffix('.toml').name}")
    if out.exists():
        raise ValueError(f"{out} is there already; 'astrodrum learn {out}' goes on with it")
    must_be_writable(out)
    return out


def _copy(source: Path, path: Path) -> None:
    """Not before there is something to write: who only looks leaves no file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)


def _arrivals(
    midi: str, midi_file: Path | None, opened: ExitStack
) -> tuple[Iterable, Callable[[], None]]:
    """What is played, and how to forget what was played before a question was answered."""
    if midi_file:
        from astrodrum_live.control.midi_file import read_performance

        performance = read_performance(midi_file)
        return [(message, round(at_s * 1e9)) for at_s, message in performance], lambda: None
    from astrodrum_live.control.midi_ports import MidiInput

    inbox: queue.SimpleQueue = queue.SimpleQueue()
    ports = opened.enter_context(closing(MidiInput(midi, inbox.put)))
    if not ports.names:
        raise ValueError("; ".join(ports.notices) or "no MIDI input to learn from")
    _say(f"listening to {', '.join(ports.names)}")
    ports.watch(_say)
    return _live(inbox), lambda: _drain(inbox)


def _live(inbox: queue.SimpleQueue) -> Iterator:
    while True:
        try:
            yield inbox.get(timeout=LOOK_S)
        except queue.Empty:
            yield None


def _drain(inbox: queue.SimpleQueue) -> None:
    while not inbox.empty():
        inbox.get()


def _asked(names: list[str], forget: Callable[[], None]) -> Iterator[str]:
    """The pads a player names, one after the other, until an empty line."""
    from astrodrum_live.params import nearest

    _say(f"pads: {', '.join(names)}")
    while True:
        _say("which pad? (Enter ends)")
        name = sys.stdin.readline().strip()
        if not name:
            return
        if name in names:
            forget()
            yield name
        else:
            _say(f"no pad '{name}'{nearest(name, names)}")


def _ended(what: str) -> NoReturn:
    raise ValueError(f"the MIDI file ended before {what}; what was bound before is kept")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
