"""The kit that plays, and how another takes its place without a gap."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from astrodrum_live.control.events import KitBack
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import patch_names
from astrodrum_live.engine.heard import Heard
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.live.frozen import carry_over, freeze_kit
from astrodrum_live.live.kit import as_turned, load_kit
from astrodrum_live.live.knob_notes import knob_notes
from astrodrum_live.live.latent_map import LatentMap
from astrodrum_live.live.model_choice import Choice, choose_model
from astrodrum_live.live.morph import FADER
from astrodrum_live.live.played import Played
from astrodrum_live.now import now_ns

Performed = tuple[int, str, list[str], Sounds, str]
"""A kit as ``PerformanceWriter.kit`` is told of it."""


class PlayingKit:
    """What ``instrument`` plays: the ``patch`` as it is played and as it was ``written``, its
    model's ``choice``, the ``mapping`` of MIDI onto it, and its ``latent_map``.

    ``own_patterns``: the sequencer's are the kit's, and change with it. ``log`` gets plain lines.
    Thread: what changes it that of the kit loader, ``bind`` the learner's and those
    that write the kit; the rest any.
    """

    def __init__(
        self,
        instrument: Any,  # a LiveInstrument, which holds this
        written: Patch,
        choice: Choice,
        own_patterns: bool,
        log: Callable[[str], None],
    ) -> None:
        self._of, self._own_patterns, self._log = instrument, own_patterns, log
        self.patch, self.written, self.choice = choice.patch, written, choice
        self.mapping = Mapping(choice.patch, instrument.engine.value, patch_names())
        self.latent_map = _map(choice)
        self._lock = threading.Lock()  # ``patch`` and ``mapping`` belong together
        self._performed = [_performed(1, choice)]  # all there were: hits of any may still wait

    def change(self, patch: Patch) -> None:
        """Play another kit from the next hits on; undo takes it back.

        Errors: ``ModelError``, ``SoundsError``, ``PatchError``.
        """
        before = self.played()
        self._change(patch)
        self._of.keeper.history.changed(before)

    def want_back(self, played: Played) -> None:
        """Play a kit again as it was played. Returns at once."""
        if self._of.kits:
            self._of.kits.do(lambda: self._bring_back(played))

    def want_morph(self, name: str) -> None:
        """Have the fader lead to the kit of this name. Returns at once. Thread: who has the
        scheduler's turn."""
        if self._of.kits:
            self._of.keeper.history.coming()
            self._of.kits.do(lambda: self._lead_to(name))

    def bind(self, saved: Patch) -> None:
        """The kit was written, perhaps into another file, from which it plays on: notes and knobs
        may change, no sound does. Nothing, if another kit plays meanwhile. Errors: ``KeyError``
        for a file without a pad that plays."""
        with self._lock:
            if saved.kit != self.patch.kit:
                return
            notes = {pad.name: pad.notes for pad in saved.pads}
            pads = tuple(replace(pad, notes=notes[pad.name]) for pad in self.patch.pads)
            self.patch = replace(self.patch, midi=saved.midi, pads=pads, path=saved.path)
            self.mapping = Mapping(self.patch, self._of.engine.value, before=self.mapping)
        self._of.engine.forget_strokes()
        if self._of.kits:
            self._of.kits.moved(saved)

    def frozen(self) -> dict[str, Heard]:
        """What pads are frozen to, by their names."""
        names = self.patch.pad_names()
        return {names[pad]: heard for pad, heard in self._frozen_pads().items()}

    def played(self) -> Played:
        """What plays now, with all that was turned and frozen."""
        turned = as_turned(self._of.engine, self.patch)
        return Played(self.written, turned, self._frozen_pads(), self._of.song.written())

    def tell_came(self) -> None:
        """A kit that was on its way plays, or never will: undo waits for none of it any more."""
        self._of.post(KitBack(), now_ns())

    def tell_performance(self) -> None:
        """Write down, where one records, which kits there were and are."""
        if performance := self._of.tape.performance:
            for kit in list(self._performed):
                performance.kit(*kit)

    def tell(self) -> None:
        """What a player should know of it, in lines."""
        notes = [self.choice.way.note] if self.choice.way.note else []
        for note in notes + knob_notes(self.choice, self.patch):
            self._log(note)

    def _change(self, patch: Patch, played: Played | None = None, led: bool = False) -> None:
        """``played``: with what was turned and frozen then, instead of what the patch says;
        ``led``: but for pads that are on their way to another kit now."""
        of, written = self._of, patch
        choice = choose_model(self._where_it_is(patch) if played is None else patch)
        patch, sounds = choice.patch, choice.sounds
        if choice.longest_s > of.engine.config.hit_seconds:
            self._log(
                f"hits of '{sounds.model.name}' last up to {choice.longest_s:.2f} s and are cut at"
                f" {of.engine.config.hit_seconds:.2f} s; start with this kit for the whole"
            )
        frozen = self.frozen()
        self._performed.append(self._as_before(_performed(of.supervisor.kit + 1, choice)))
        if performance := of.tape.performance:
            performance.kit(*self._performed[-1])
        of.supervisor.load(sounds)
        of.morph.load(choice.way, same_kit=led)
        turned = played.turned if played else None
        if turned and led:
            turned = replace(turned, pads=of.morph.led(turned.pads))
        load_kit(of.engine, patch, self.patch, turned)
        of.tempo.load(patch)
        of.orders.change_kit(of.supervisor.kit)
        if played is None:
            freeze_kit(of.orders, patch, choice.hash, of.engine.config.rate, self._log)
            if patch.path == self.patch.path and choice.hash == self.choice.hash:
                carry_over(of.orders, frozen, patch)
        else:
            for pad, heard in played.frozen.items():
                of.orders.freeze(pad, heard)
        with self._lock:
            self.mapping = Mapping(patch, of.engine.value, before=self.mapping)
            if self._own_patterns:
                if played and not led:
                    of.song.bring_back(played.written)
                else:
                    of.song.change_kit(patch, patch.path == self.patch.path)
            self.patch, self.written, self.choice = patch, written, choice
        of.engine.forget_strokes()
        self.latent_map = _map(choice)
        of.sequencer.forget()
        self.tell()

    def _where_it_is(self, patch: Patch) -> Patch:
        """A save of the playing kit that leads where it led, with fader and pads as far on their
        way as they are, unless the save itself moves them."""
        old = self.written
        if patch.morph_to is None or (patch.path, patch.morph_to) != (old.path, old.morph_to):
            return patch
        said = {pad.name: pad.values[FADER] for pad in old.pads}
        shares = {
            name: self._of.engine.value(index, FADER)
            for index, name in enumerate(self.patch.pad_names())
        }
        fader = self._of.engine.value(None, FADER)
        pads = []
        for pad in patch.pads:
            share = shares.get(pad.name, fader)
            if share != fader and pad.values[FADER] == said[pad.name]:
                pad = replace(pad, values={**pad.values, FADER: share})
            pads.append(pad)
        master = dict(patch.master)
        if master[FADER] == old.master[FADER]:
            master[FADER] = fader
        return replace(patch, master=master, pads=tuple(pads))

    def _bring_back(self, played: Played) -> Patch:
        try:
            self._change(played.patch, played)
        finally:
            self.tell_came()
        return played.patch

    def _lead_to(self, name: str) -> Patch:
        """The same kit, turned as it is, with another one at the fader's other end."""
        try:
            before = self.played()
            there = str(self._of.kits.file(name)) if self._of.kits else name
            patch = replace(self.written, morph_to=there)
            self._change(patch, before, led=True)
            self._of.keeper.history.changed(before)
        finally:
            self.tell_came()
        self._log(f"kit_morph leads to '{self._of.morph.far}'")
        return patch

    def _as_before(self, new: Performed) -> Performed:
        """Kits that are the same but for their number are kept once: a night has thousands."""
        same = (old for old in self._performed if old[1:] == new[1:])
        return new[:1] + next(same, new)[1:]

    def _frozen_pads(self) -> dict[int, Heard]:
        found = {pad: self._of.orders.frozen(pad) for pad in range(len(self.patch.pads))}
        return {pad: heard for pad, heard in found.items() if heard is not None}


def _performed(number: int, choice: Choice) -> Performed:
    """What a performance file tells of a kit: all but its rows, which each hit brings along."""
    sounds = replace(choice.sounds, rows=())
    return number, choice.patch.kit, choice.patch.pad_names(), sounds, choice.hash


def _map(choice: Choice) -> LatentMap | None:
    """None for a model whose weights are not there."""
    if choice.prior is None:
        return None
    return LatentMap(choice.prior, choice.knobs, choice.sounds, choice.classes)
