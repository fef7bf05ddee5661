"""Play AstroDrum from Python: a REPL, a script, Sardine, Renardo. It needs python-osc alone.

::

    from astrodrum_live.client import AstroDrum
    drum = AstroDrum()                         # an 'astrodrum play' that runs: host, port
    drum.kick(0.9, brightness=0.7)             # strike; what is named is for this hit only
    drum.kick.brightness = 0.7                 # turn; drum.kick.brightness tells
    drum["hat_*"].gain = -6                    # names with wildcards
    drum.snare(at=0.25)                        # a quarter of a second from now, to the sample
    end = drum.play(bpm=120, kick="x---x---", hat_closed="x-5-x-5-")  # and on with at=end
    drum.seq.row("kick", "x---x---")           # the instrument's own sequencer, which loops
    drum.seq.step("kick", 5, probability=0.5, brightness=0.8)
    drum.seq.play()

What the instrument complains of is an ``InstrumentWarning``, and the music goes on.
"""

import queue
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket, ParseError

VELOCITIES = {"x": 0.8, "X": 1.0, "o": 0.5, **{str(n): n / 9 for n in range(1, 10)}}
RESTS = "-.~"
LONGEST_AHEAD_S = 40.0  # the instrument takes a tag more than 42 s ahead for a wrong clock
_ABSOLUTE = 1e8  # in 1973: a smaller number is seconds from now
_due: ContextVar[float | None] = ContextVar("due", default=None)


class InstrumentWarning(UserWarning):
    """What the instrument found wrong with a message, or that there is none."""


warnings.filterwarnings("always", category=InstrumentWarning, append=True)  # each time, not once


class AstroDrum:
    """The instrument at ``host``:``port``. ``drum.NAME`` is a pad, or ``master``; ``drum.seq`` its
    sequencer.

    ``at``, everywhere: seconds from now, or Unix time. ``timeout``: seconds to wait for an answer.
    Errors: ``TimeoutError`` of a question that nobody answers. Thread: any.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 57130, timeout: float = 1.0) -> None:
        self._where, self._timeout = f"{host}:{port}", timeout
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((host, port))
        self._answers: queue.SimpleQueue[tuple[str, list] | None] = queue.SimpleQueue()
        self._asking, self._deserted = threading.Lock(), False
        self.seq = Sequencer(self)
        threading.Thread(target=self._listen, name="astrodrum-client", daemon=True).start()

    def hit(self, pad: str, velocity: float = 1.0, at: float | None = None, **params: Any) -> None:
        """Strike with 0..1; ``params`` are for this hit, ``n`` names one of the pad's own hits."""
        pairs = [part for pair in params.items() for part in pair]
        self.send(f"/hit/{pad}", float(velocity), *pairs, at=at)

    def set(self, pad: str, at: float | None = None, **params: Any) -> None:
        """Turn parameters of a pad, of all that match a pattern, or of ``master``."""
        for name, value in params.items():
            self.send(_address(pad, name), value, at=at)

    def get(self, pad: str, param: str = "*") -> Any:
        """A value; with wildcards those of all that match, by address."""
        address = _address(pad, param)
        found = {told: _plain(args[0]) for told, args in self.ask("/get", address) if args}
        return found if set("*?[{") & set(address) else found.get(address)

    def play(self, bpm: float = 120.0, at: float | None = None, **patterns: str) -> float:
        """Patterns by pad, a character for a sixteenth: ``x``, hard ``X``, soft ``o``, 1 to 9 how
        hard, a rest ``-``; blanks mean nothing. Starts 0.1 s from now, or ``at``. Returns the Unix
        time at which the longest ends.

        Errors: ``ValueError`` for another character, an end more than 40 s ahead, a bpm below 1.
        """
        if not bpm >= 1.0:
            raise ValueError(f"bpm is {bpm}; a pattern needs at least 1 beat a minute")
        start, step = _due.get() or _unix(0.1), 15.0 / bpm
        if at is not None:
            start = _unix(at)
        bars = {pad: "".join(text.split()) for pad, text in patterns.items()}
        end = start + step * max(map(len, bars.values()), default=0)
        if unknown := set("".join(bars.values())) - {*VELOCITIES, *RESTS}:
            raise ValueError(f"a pattern is of {''.join(VELOCITIES)}{RESTS}, not '{min(unknown)}'")
        if end > time.time() + LONGEST_AHEAD_S:
            raise ValueError(f"it ends more than {LONGEST_AHEAD_S:g} s ahead; play it in parts")
        for pad, text in bars.items():
            for index, mark in enumerate(text):
                if mark in VELOCITIES:
                    self.hit(pad, VELOCITIES[mark], at=start + index * step)
        return end

    @contextmanager
    def at(self, when: float) -> Iterator[float]:
        """``with drum.at(0.5):`` what is sent in the block is for then. Gives the Unix time."""
        due = _unix(when)
        before = _due.set(due)
        try:
            yield due
        finally:
            _due.reset(before)

    def hush(self) -> None:
        """Forget what is scheduled; what sounds rings on."""
        self.send("/hush")

    def panic(self) -> None:
        """Silence, now."""
        self.send("/panic")

    def kit(self, name: str | None = None) -> str | None:
        """The kit that plays; with a name, a change to that one, which follows in a moment."""
        if name is None:
            return next(args[0] for told, args in self.ask("/kit") if told == "/kit")
        self.send("/kit", name)
        return None

    def names(self, what: str) -> list[str]:
        """Names of what there is: ``pads``, ``kits``, ``params``, ``master``, ``classes``..."""
        return [args[1] for told, args in self.ask("/list", what) if told == f"/list/{what}"]

    @property
    def tempo(self) -> float:
        """Beats a minute."""
        return next(_plain(args[0]) for told, args in self.ask("/get", "/tempo") if args)

    @tempo.setter
    def tempo(self, bpm: float) -> None:
        self.send("/tempo", float(bpm))

    def kits(self) -> list[str]:
        """The kits there are."""
        return self.names("kits")

    def send(self, address: str, *args: Any, at: float | None = None) -> None:
        """Any message; with a time it goes in a bundle with that time tag.

        Errors: ``ValueError`` for a time more than 40 s ahead.
        """
        message = OscMessageBuilder(address)
        for value in args:
            message.add_arg(value if isinstance(value, bool | int | str) else float(value))
        due = _due.get() if at is None else _unix(at)
        if due is not None and due > time.time() + LONGEST_AHEAD_S:
            raise ValueError(f"at={at or due} is more than {LONGEST_AHEAD_S:g} s ahead")
        bundle = OscBundleBuilder(IMMEDIATELY if due is None else due)  # type: ignore[arg-type]
        bundle.add_content(message.build())
        data = (message if due is None else bundle).build().dgram
        for _ in range(2):  # refused is what an earlier one was: then this one has not gone yet
            with suppress(ConnectionRefusedError):
                self._socket.send(data)
                return

    def ask(self, address: str, *args: Any) -> list[tuple[str, list]]:
        """Any question; the answers as (address, arguments)."""
        with self._asking:
            while not self._answers.empty():
                self._answers.get()
            mark = f"asked {time.monotonic_ns()}"
            self.send(address, *args)
            self.send("/ping", mark)  # its answer comes last
            answers: list[tuple[str, list]] = []
            with suppress(queue.Empty):
                while answer := self._answers.get(timeout=self._timeout):
                    if answer[1][:1] == [mark]:
                        return answers
                    answers.append(answer)
            raise TimeoutError(f"nobody answers at {self._where}; is 'astrodrum play' running?")

    def close(self) -> None:
        """Give the socket back."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # or the listening thread would not wake
        self._socket.close()

    def _listen(self) -> None:
        while self._socket.fileno() >= 0:
            try:
                messages = [told for _, told in OscPacket(self._socket.recv(65535)).messages]
            except ConnectionRefusedError:
                self._answers.put(None)
                if not self._deserted:
                    _warn(f"nobody listens at {self._where}; is 'astrodrum play' running?")
                self._deserted = True
                continue
            except (OSError, ParseError):
                continue
            self._deserted = False
            for told in messages:
                if told.address == "/error":
                    _warn(": ".join(map(str, told.params[0:3:2])))
                else:
                    self._answers.put((told.address, told.params))

    def __getitem__(self, name: str) -> "Pad":
        return Pad(self, name)

    def __getattr__(self, name: str) -> "Pad":
        if name.startswith("_"):
            raise AttributeError(name)
        return Pad(self, name)

    def __dir__(self) -> Iterator[str]:
        yield from object.__dir__(self)
        with suppress(TimeoutError):
            yield from [*self.names("pads"), "master"]


class Pad:
    """Call it to strike it; its attributes are its parameters."""

    def __init__(self, drum: AstroDrum, name: str) -> None:
        self.__dict__.update(_drum=drum, _name=name)

    def __call__(self, velocity: float = 1.0, at: float | None = None, **params: Any) -> None:
        self._drum.hit(self._name, velocity, at, **params)

    def __getattr__(self, param: str) -> Any:
        if param.startswith("_"):
            raise AttributeError(param)
        return self._drum.get(self._name, param)

    def __setattr__(self, param: str, value: Any) -> None:
        self._drum.set(self._name, **{param: value})

    def __dir__(self) -> list[str]:
        with suppress(TimeoutError):
            return self._drum.names("master" if self._name == "master" else "params")
        return []

    def __repr__(self) -> str:
        return f"<pad {self._name}>"


class Sequencer:
    """The instrument's sequencer. ``pattern`` "" is the one that plays; steps count from 1."""

    def __init__(self, drum: AstroDrum) -> None:
        self._drum = drum

    def play(self, at: float | None = None) -> None:
        """From the pattern's beginning."""
        self._drum.send("/seq/play", at=at)

    def stop(self, at: float | None = None) -> None:
        """What rings, rings on."""
        self._drum.send("/seq/stop", at=at)

    def select(self, pattern: str, now: bool = False) -> None:
        """Play another pattern from the next bar, or now."""
        self._drum.send("/seq/select", pattern, "now" if now else "")

    def row(self, pad: str, text: str, pattern: str = "") -> None:
        """All steps of a pad, as in ``AstroDrum.play``; its length is the text's."""
        self._drum.send("/seq/track", pattern, pad, "text", text)

    def step(self, pad: str, step: int, pattern: str = "", **keys: Any) -> None:
        """Keys of a step: velocity, probability, ratchet, shift, when, n, and any parameter of the
        pad for this step only; None takes that away."""
        pairs = [part for key, value in keys.items() for part in (key, _told(value))]
        self._drum.send("/seq/step", pattern, pad, step, *pairs)

    def set(self, pattern: str = "", **keys: Any) -> None:
        """Keys of a pattern: tempo, swing, grid, beats, seed."""
        pairs = [part for key, value in keys.items() for part in (key, _told(value))]
        self._drum.send("/seq/pattern", pattern, *pairs)

    def fill(self, on: bool = True) -> None:
        """Steps of fills are heard."""
        self._drum.send("/seq/fill", int(on))

    def mute(self, pad: str, on: bool = True) -> None:
        """The steps of a pad are not heard."""
        self._drum.send("/seq/mute", pad, int(on))

    def solo(self, pad: str, on: bool = True) -> None:
        """The steps of no other pad are heard."""
        self._drum.send("/seq/solo", pad, int(on))

    def new(self, pattern: str, copied: str | None = None) -> None:
        """A new pattern, empty or as another one."""
        self._drum.send("/seq/new", pattern, *([] if copied is None else [copied]))

    def delete(self, pattern: str) -> None:
        """Take a pattern away."""
        self._drum.send("/seq/delete", pattern)

    def store(self) -> None:
        """Write all patterns into the file they came from."""
        self._drum.send("/seq/store")

    @property
    def tempo(self) -> float:
        """Beats a minute."""
        return next(_plain(args[0]) for told, args in self._drum.ask("/get", "/seq/tempo") if args)

    @tempo.setter
    def tempo(self, bpm: float) -> None:
        self._drum.send("/seq/tempo", float(bpm))

    def patterns(self) -> list[str]:
        """Their names."""
        return [args[0] for told, args in self._drum.ask("/seq/get") if told == "/seq/pattern"]

    def rows(self, pattern: str = "") -> dict[str, str]:
        """What ``row`` would be told of each pad."""
        told = self._drum.ask("/seq/get", pattern)
        return {args[1]: args[5] for address, args in told if address == "/seq/track"}


def _told(value: Any) -> Any:
    """A whole number that OSC's 32 bits do not hold goes as text."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not -(2**31) <= value < 2**31 else value


def _address(pad: str, param: str) -> str:
    return f"/master/{param}" if pad == "master" else f"/p/{pad}/{param}"


def _unix(when: float) -> float:
    return when if when > _ABSOLUTE else time.time() + when


def _plain(value: Any) -> Any:
    """OSC's floats have 7 digits: 0.7 shall not come back as 0.699999988."""
    return float(f"{value:.7g}") if isinstance(value, float) else value


def _warn(text: str) -> None:
    with suppress(InstrumentWarning):  # where warnings are errors, the listening goes on
        warnings.warn(text, InstrumentWarning, stacklevel=2)
