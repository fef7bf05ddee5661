"""What a transport tells those who follow it: every tick on its frame, and where it begins."""

from fractions import Fraction

import pytest
from clock_world import RATE, ClockWorld

from astrodrum_live.transport.clock_in import CONTINUE, POSITION, START, STOP, TICK
from astrodrum_live.transport.clock_out import BEFORE_S, ClockOut
from astrodrum_live.transport.transport import Transport

BLOCK = 200  # frames at a look


class Sending:
    """A clock sender that looks every ``BLOCK`` frames; ``sent`` is (frame, bytes)."""

    def __init__(self, tempo: float = 120.0) -> None:
        self.transport = Transport(RATE, tempo)
        self.out = ClockOut(self.transport)
        self.frame = 0
        self.sent: list[tuple[int, bytes]] = []

    def run(self, until: int) -> None:
        while self.frame < until:
            due = self.out.due(self.frame, self.frame + BLOCK)
            assert all(self.frame <= at < self.frame + BLOCK for at, _ in due)
            self.sent += due
            self.frame += BLOCK

    def ticks(self) -> list[int]:
        return [frame for frame, message in self.sent if message[0] == TICK]

    def others(self) -> list[tuple[int, bytes]]:
        return [(frame, message) for frame, message in self.sent if message[0] != TICK]


def test_ticks_are_sent_before_it_plays_at_its_tempo():
    sending = Sending()
    sending.run(48000)
    assert sending.ticks() == list(range(0, 48000, 1000))
    assert sending.others() == []


def test_a_start_comes_two_milliseconds_before_beat_0_and_every_tick_on_its_frame():
    sending = Sending()
    sending.run(4800)
    sending.transport.start(6000)
    sending.run(6000 + 24000 * 4)
    assert sending.others() == [(6000 - round(BEFORE_S * RATE), bytes([START]))]
    playing = [tick for tick in sending.ticks() if tick >= 6000]
    assert playing == [6000 + 1000 * n for n in range(96)]


def test_stop_continue_and_the_position_are_told():
    sending = Sending()
    sending.transport.start(2400)
    sending.run(2400 + 24000 * 3 + 4800)  # beat 3.2 is the next that is looked at
    sending.transport.stop(sending.frame)
    sending.run(sending.frame + 4800)
    position = bytes([POSITION, 13, 0])  # the next sixteenth
    assert [message for _, message in sending.others()][1:] == [bytes([STOP]), position]
    before = len(sending.others())
    sending.transport.continue_(sending.frame)
    begun = sending.frame
    sending.run(begun + 24000)
    resumed = sending.others()[before:]
    assert [message for _, message in resumed] == [position, bytes([CONTINUE])]
    first = next(tick for tick in sending.ticks() if tick > resumed[-1][0])
    assert first == sending.transport.frame_of(Fraction(13, 4))


@pytest.mark.parametrize("beat", [4, 16, 4095])
def test_who_hears_a_locate_stands_where_we_do(beat):
    """What was sent, read by our own reading of clocks, gives the same beat at the same time."""
    sending = Sending(125.0)
    listener = ClockWorld()
    sending.transport.start(1000)
    sending.run(48000)
    sending.transport.locate(beat, sending.frame)
    sending.run(48000 * 4)
    for frame, message in sending.sent:
        listener.send(*message, at_ns=round(frame * 1e9 / RATE))
    ours, theirs = (t.beat_at(48000 * 4) for t in (sending.transport, listener.transport))
    assert float(ours) == pytest.approx(float(theirs), abs=0.003)
    assert listener.transport.tempo == pytest.approx(125.0, abs=0.07)


def test_a_tempo_change_loses_no_tick():
    sending = Sending()
    sending.transport.start(1000)
    for bpm in (60.0, 240.0, 97.3, 300.0):
        sending.run(sending.frame + 20000)
        sending.transport.set_tempo(bpm, sending.frame)
    sending.run(sending.frame + 20000)
    told = len([tick for tick in sending.ticks() if tick >= 1000])
    assert told == int(sending.transport.beat_at(sending.frame - 1) * 24) + 1
    assert sending.ticks() == sorted(sending.ticks())


def test_a_place_beyond_what_midi_can_say_is_the_last_that_it_can():
    sending = Sending()
    sending.transport.locate(10_000, 0)
    sending.transport.start(4800, 10_000)
    sending.run(48000)
    assert (POSITION, 127, 127) in [tuple(message) for _, message in sending.others()]
    assert sending.others()[-1][1] == bytes([CONTINUE])


def test_who_is_told_no_more_is_told_to_stop():
    sending = Sending()
    assert sending.out.end() == []
    sending.transport.start(0)
    sending.run(24000)
    assert sending.out.end() == [bytes([STOP])]
    sending.run(72000)  # and again
    assert sending.others()[-1][1] == bytes([CONTINUE])


def test_a_sender_that_was_held_up_sends_what_it_owes():
    sending = Sending()
    sending.transport.start(0)
    sending.run(24000)
    sending.frame += 48000  # a second in which nobody looked
    sending.run(sending.frame + 24000)
    assert len(sending.ticks()) == 24 * 4
