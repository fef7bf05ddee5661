"""What the instrument starts on: the engine has the rate of the device that is there."""

from collections.abc import Callable
from typing import NamedTuple

from astrodrum_live.engine.device import Device, DeviceError
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.null_device import NullDevice
from astrodrum_live.engine.outputs import Wish, find_output
from astrodrum_live.engine.sound_card import CardRefuses, SoundCard

NULL = "null"
NULL_RATE = 48000

Log = Callable[[str], None]
MakeEngine = Callable[[int], Engine]  # at a rate, Hz


class First(NamedTuple):
    """An engine and its device, not yet started; the rest is for ``Audio``."""

    engine: Engine
    device: Device
    wishes: tuple[Wish, ...]
    place: int


def open_first(
    audio: str | None, fallback: str | None, rate: int | None, make: MakeEngine, log: Log
) -> First:
    """Open ``audio`` (None: the default output), else ``fallback``, else, where no name was given,
    the null device; at ``rate``, or at the device's own where it refuses it, or for None.

    With ``null`` for ``audio`` nothing else is opened or looked for, and with ``null`` for
    ``fallback`` no other device ever. Errors: ``DeviceError`` if what was named is not there.
    """
    if audio == NULL:
        return _null(rate, make)
    others = () if fallback == NULL else (Wish(fallback), Wish())[fallback is None :]
    try:
        engine, card = _open_card(audio, rate, make, log)
    except DeviceError as error:
        failure = error
    else:
        _try_finding(fallback, log)
        return First(engine, card, (card.wish, *others), 0)
    if fallback not in (None, NULL):
        engine, card = _open_card(fallback, rate, make, log)
        log(f"{failure}; playing on {card.name}, the fallback")
        return First(engine, card, (Wish(audio), *others), 1)
    if audio is not None:
        raise failure
    log(f"{failure}; playing on the null device")
    return _null(rate, make)


def _null(rate: int | None, make: MakeEngine) -> First:
    engine = make(rate or NULL_RATE)
    return First(engine, NullDevice(engine), (), 0)


def _try_finding(fallback: str | None, log: Log) -> None:
    """A misspelt name must not be found out in the middle of a concert."""
    if fallback not in (None, NULL):
        try:
            find_output(fallback)
        except DeviceError as error:
            log(f"the fallback is not there now: {error}")


def _open_card(
    name: str | None, rate: int | None, make: MakeEngine, log: Log
) -> tuple[Engine, SoundCard]:
    info = find_output(name)
    own = round(info["default_samplerate"])
    try:
        return _card(make(rate or own), info["index"])
    except CardRefuses:
        if rate in (None, own):
            raise
    engine, card = _card(make(own), info["index"])
    log(f"{card.name} refuses {rate} Hz: playing at its own {own} Hz, all hits resampled to it")
    return engine, card


def _card(engine: Engine, index: int) -> tuple[Engine, SoundCard]:
    try:
        return engine, SoundCard(engine, index)
    except BaseException:
        engine.close()
        raise
