"""AstroDrum in Sardine: a swimming function that strikes it. In Sardine's REPL::

    exec(open("examples/sardine.py").read())

    @swim
    def beat(p=0.25, i=0):
        strike(i)
        again(beat, p=0.25, i=i + 1)

``drum`` is there too: drum.snare.radius = 1, drum.kick(0.9), drum.panic(). Where Sardine's own
SuperDirt senders are preferred: D("bd:2") reaches AstroDrum as it is, on SuperDirt's port 57120.
"""

from astrodrum_live.client import AstroDrum

drum = AstroDrum()
BAR = {"kick": "x--x--x-x--x----", "snare": "----X--o----X---", "hat_closed": "x5x5x5x5x5x5x5xx"}
LEAD = 0.1  # more than Sardine's clock jitters, so that nothing is late


def strike(step, bar=BAR, **params):
    """The pads that sound on a sixteenth."""
    velocities = {"x": 0.8, "X": 1.0, "o": 0.4, "5": 0.5}
    with drum.at(LEAD):
        for pad, text in bar.items():
            mark = text[step % len(text)]
            if mark in velocities:
                drum.hit(pad, velocities[mark], **params)
