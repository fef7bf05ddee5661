"""What takes its time is done beside the notes, and what must keep its order keeps it."""

import threading

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Record, Save
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.history import Kits
from astrodrum_live.live.keeper import Keeper
from astrodrum_live.live.morph import Morph
from astrodrum_live.live.orders import OrderDesk


def test_a_recording_ends_before_the_next_begins_and_another_work_waits_for_neither():
    engine = Engine(EngineConfig(hit_seconds=0.05))
    done, saved, overtaken = [], threading.Event(), threading.Event()

    def record(event: Record) -> None:
        if event.on:
            overtaken.set()
        else:
            assert saved.wait(10)
            overtaken.wait(0.1)  # as long as a thread needs that waits for nobody
        done.append(event.on)

    keeper = Keeper(
        engine,
        OrderDesk(engine, session=1),
        lambda: ["kick"],
        print,
        lambda pad: None,
        Morph(engine),
        Kits(lambda: None, lambda kit: None),
        {Record: record, Save: lambda event: saved.set()},
    )
    for event in (Record(False), Record(True), Save("kit")):
        keeper.obey(event)
    keeper.close()
    engine.close()
    assert done == [False, True]
