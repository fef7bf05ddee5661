"""A flood of controllers: the latest of each turn is obeyed, and notes find what stood before."""

import pytest

from astrodrum_live.control.events import Hush
from astrodrum_live.live.control_inbox import TURN_NS, ControlInbox

NOTE = b"\x99\x24\x7f"


def turn(value: int, at_ns: int, control: int = 4, port: str = "pads"):
    return bytes([0xB9, control, value]), at_ns, port


def taken(inbox):
    """What comes out until there is nothing more."""
    while inbox.peek() is not None:
        yield inbox.pop()


def obeyed(*items):
    """What comes out, to the end, of what lies in the inbox before anyone looks."""
    inbox = ControlInbox(lambda: 0)
    for item in items:
        inbox.put(item)
    early = list(taken(inbox))
    inbox.release()
    return early + list(taken(inbox)), inbox.superseded


def test_a_controller_that_moves_slowly_is_obeyed_every_time():
    slow = [turn(value, value * TURN_NS) for value in range(5)]
    assert obeyed(*slow) == (slow, 0)


def test_of_a_flood_the_first_and_the_latest_of_every_turn_are_obeyed():
    flood = [turn(value % 128, value * 200_000) for value in range(5000)]  # a second of 5,000
    messages, superseded = obeyed(*flood)
    assert messages == [*flood[::25], flood[-1]]
    assert len(messages) + superseded == 5000


def test_a_note_finds_every_controller_as_it_stood():
    flood = [turn(1, 0), turn(2, 1), turn(9, 1, 16), turn(3, 2), (NOTE, 3), turn(4, 4), (NOTE, 5)]
    messages, superseded = obeyed(*flood)
    assert messages == [flood[0], flood[2], flood[3], flood[4], flood[5], flood[6]]
    assert superseded == 1


def test_controllers_of_other_numbers_channels_and_ports_replace_nothing():
    others = [
        turn(1, 0),
        turn(2, 1, control=5),
        turn(3, 2, port="other"),
        (b"\xb0\x04\x04", 3, "pads"),
    ]
    assert obeyed(*others) == (others, 0)


@pytest.mark.parametrize("control", [120, 123])
def test_panic_waits_for_nothing_and_is_never_replaced(control):
    twice = [turn(0, 0, control), turn(0, 1, control)]
    assert obeyed(*twice) == (twice, 0)


def test_an_event_of_another_kind_lets_what_waits_go_first():
    items = [turn(1, 0), turn(2, 1), (Hush(), 2, None)]
    assert obeyed(*items) == (items, 0)


def test_what_waits_is_obeyed_when_its_turn_is_over_and_nothing_else_comes():
    at_ns = 0
    inbox = ControlInbox(lambda: at_ns)
    inbox.put(turn(1, 0))
    inbox.put(turn(2, 1))
    assert list(taken(inbox)) == [turn(1, 0)]
    assert inbox.due_ns == TURN_NS
    at_ns = TURN_NS - 1
    assert list(taken(inbox)) == []
    at_ns = TURN_NS
    assert list(taken(inbox)) == [turn(2, 1)]
    assert inbox.due_ns is None


def test_a_flood_that_is_looked_at_all_the_time_is_thinned_as_much():
    at_ns, out = 0, []
    inbox = ControlInbox(lambda: at_ns)
    for step in range(5000):
        at_ns = step * 200_000
        inbox.put(turn(step % 128, at_ns))
        out += taken(inbox)
    assert len(out) == 200
    assert inbox.superseded == 5000 - 200 - 1  # the last still waits


def test_a_controller_that_waits_keeps_others_from_passing():
    inbox = ControlInbox(lambda: 0)
    assert inbox.passes((NOTE, 0, "pads"))
    assert not inbox.passes(turn(1, 0))
    inbox.put(turn(1, 0))
    inbox.put(turn(2, 1))
    list(taken(inbox))
    assert not inbox.passes((NOTE, 2, "pads"))


def test_a_message_without_a_port_is_taken_as_it_is():
    plain = [(b"\xb9\x04\x01", 0), (b"\xb9\x04\x02", 1), (b"\xb9\x04", 2), (b"", 3)]
    assert obeyed(*plain) == (plain, 0)
