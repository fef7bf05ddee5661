"""Renardo's (or FoxDot's) play strings on AstroDrum. In its editor, after exec(open(THIS).read())::

    beat = Beat(Clock, "x-o-x[--]o=", dur=0.5)      # goes on by Renardo's clock
    beat.text = "x-o-"                              # from the next step on
    beat.stop()

Renardo talks to scsynth, not to us; so this is a player of its own that sends SuperDirt's message.
"""

from astrodrum_live.client import AstroDrum

SOUNDS = {"x": "bd", "X": "bd", "o": "sn", "O": "sn", "i": "rim", "-": "hh", "=": "oh", "*": "cp"}
SOUNDS |= {"m": "lt", "M": "mt", "t": "ht", "#": "cr", "~": "rd", "T": "cb"}


class Beat:
    """``text``: a character a step of ``dur`` beats, [several] in one step, a blank for silence."""

    def __init__(self, clock, text, dur=0.5, drum=None, **params):
        self.clock, self.text, self.dur, self.params = clock, text, dur, params
        self.drum, self.step, self.due = drum or AstroDrum(), 0, clock.osc_message_time()
        self()

    def __call__(self):
        steps, length = parse(self.text), self.clock.beat_dur(self.dur)
        marks = steps[self.step % len(steps)]
        if abs(self.due - self.clock.osc_message_time()) > 0.05:  # the tempo or the clock has moved
            self.due = self.clock.osc_message_time()
        for index, mark in enumerate(marks):
            if mark in SOUNDS:
                event = {"s": SOUNDS[mark], "gain": 1.2 if mark.isupper() else 1.0, **self.params}
                pairs = [part for pair in event.items() for part in pair]
                self.drum.send("/dirt/play", *pairs, at=self.due + index * length / len(marks))
        self.step, self.due = self.step + 1, self.due + length
        self.clock.future(self.dur, self)

    def stop(self):
        self.text = " "


def parse(text):
    """The steps of a play string, each the characters it holds."""
    steps, inside = [], False
    for mark in text:
        if mark in "[]":
            inside = mark == "["
            steps += [""] if inside else []
        elif inside:
            steps[-1] += mark
        else:
            steps.append(mark)
    return steps or [" "]
