"""A page server and the instrument it talks to, both in this process."""

from contextlib import ExitStack

import pytest
from page_serving import RememberingInstrument, Serving, Tab
from websockets.sync.client import connect

from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.control.patch_file import find_patch, load_patch


@pytest.fixture
def instrument():
    return RememberingInstrument(load_patch(find_patch("default")))


@pytest.fixture
def engine(instrument):
    server = OscServer(instrument, "127.0.0.1:0")
    yield server
    server.close()


@pytest.fixture
def serving(engine):
    page = Serving(engine.address)
    yield page
    page.close()


@pytest.fixture
def open_tab(serving):
    with ExitStack() as opened:

        def open_one():
            origin = serving.url.rstrip("/").removesuffix(serving.guard.root.rstrip("/"))
            url = serving.url.replace("http", "ws") + "socket"
            return Tab(opened.enter_context(connect(url, origin=origin, close_timeout=1)))

        yield open_one


@pytest.fixture
def tab(open_tab):
    one = open_tab()
    one.until(lambda message: message[0] == "/page/ready")
    return one
