"""The page's server, from outside: files, refusals, and an instrument that comes and goes."""

import http.client
import io
import re
import time

import pytest
import soundfile
from page_serving import Serving, Tab
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from astrodrum_live.control.events import Hit, Panic, Save, Turn
from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.page.files import STATIC


def get(serving, path, method="GET", host=None, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{serving.port}")
    if body:
        connection.putheader("Content-Length", str(len(body)))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer, answer.read()


def test_every_file_that_the_page_asks_for_is_there(serving):
    answer, page = get(serving, "/")
    assert answer.status == 200
    names = re.findall(r'(?:src|href)="([a-z.]+)"', page.decode())
    for script in STATIC.glob("*.js"):
        names += re.findall(r'from "\./([a-z]+\.js)"', script.read_text())
    assert len(set(names)) > 15
    for name in set(names):
        answer, body = get(serving, f"/{name}")
        assert answer.status == 200, name
        assert body == (STATIC / name).read_bytes()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_of_the_page_asks_for_anything_from_elsewhere():
    for path in STATIC.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text.replace("^http/", "")), path.name
        for forbidden in ("innerHTML", "outerHTML", "AdjacentHTML", "document.write", "eval("):
            assert forbidden not in text, f"{path.name} has {forbidden}"


@pytest.mark.parametrize(
    "path",
    ["/../server.py", "/%2e%2e/server.py", "/..%2fserver.py", "/static/main.js", "//etc/passwd",
     "/main.js/", "/MAIN.JS", "/hit.wav/..", "/%00"],
)  # fmt: skip
def test_no_path_reaches_anything_else(serving, path):
    answer, body = get(serving, path)
    assert answer.status in (400, 403, 404)
    assert b"import" not in body


def test_a_request_with_a_body_or_another_method_is_not_answered(serving):
    for method, body in (("POST", b"x" * 100), ("DELETE", None), ("GET", b"x" * 100_000)):
        try:
            answer, _ = get(serving, "/", method=method, body=body)
        except (http.client.HTTPException, ConnectionError):
            continue
        assert answer.status >= 400


def test_another_sites_name_or_page_gets_nothing(serving):
    answer, _ = get(serving, "/", host="evil.example")
    assert answer.status == 403
    answer, _ = get(serving, "/", Origin="http://evil.example")
    assert answer.status == 403
    socket = serving.url.replace("http", "ws") + "socket"
    for origin in (None, "http://evil.example", "null"):
        with pytest.raises(InvalidStatus), connect(socket, origin=origin):
            pass


def test_off_loopback_only_the_link_with_its_token_works(engine):
    serving = Serving(engine.address, "0.0.0.0")
    try:
        assert get(serving, "/")[0].status == 403
        assert get(serving, serving.guard.root)[0].status == 200
        assert get(serving, serving.guard.root + "main.js")[0].status == 200
    finally:
        serving.close()


def test_what_is_pressed_is_played(tab, instrument):
    tab.send("/hit/snare", 0.5)
    tab.send("/turn", "snare", "seed", 77, "z1", 0.5)
    tab.send("/panic")
    wait_for(lambda: len(instrument.events) == 3)
    assert instrument.events == [Hit(1, 0.5), Turn(1, (("seed", 77.0), ("z1", 0.5))), Panic()]


def test_what_comes_after_a_pause_is_told_at_once_and_then_at_most_thirty_times_a_second(
    tab, serving, monkeypatch
):
    with pytest.raises(TimeoutError):
        tab.until(lambda message: False, patience_s=0.3)  # a pause
    monkeypatch.setattr("astrodrum_live.page.server.EVERY_S", 3600.0)
    ours = next(iter(serving._server._pages))
    serving._loop.call_soon_threadsafe(ours.put, ("/page/words", ["first"]))
    tab.until(lambda message: message == ["/page/words", "first"])
    serving._loop.call_soon_threadsafe(ours.put, ("/page/words", ["second"]))
    with pytest.raises(TimeoutError):
        tab.until(lambda message: message == ["/page/words", "second"], patience_s=0.3)


def test_after_a_change_of_kit_all_is_told_anew(tab, instrument):
    instrument.news["pad"].tell("kick", 0, "kick")
    tab.until(lambda message: message[0] == "/feed/pad")
    instrument.patch = load_patch(find_patch("astrobeats"))
    tab.until(lambda message: message[0] == "/page/clear")
    del tab.told[:]
    wanted = {"/page/ready", "/feed/pad", "/kit", "/list/pads"}
    tab.until(lambda message: wanted <= {told[0] for told in tab.told})
    assert ["/list/pads", 2, "hat", "hat_closed"] in tab.told
    assert ["/kit", "astrobeats"] in tab.told


def test_a_page_that_comes_is_told_all(tab):
    told = {message[0] for message in tab.told}
    assert {"/page/engine", "/list/pads", "/list/params", "/kit", "/p/kick/gain"} <= told
    assert "/master/gain" in told
    assert "/error" not in told


def test_two_pages_agree_also_the_one_that_turned(open_tab, tab):
    other = open_tab()
    tab.send("/p/kick/gain", -6)
    for one in (tab, other):
        one.until(lambda message: message == ["/p/kick/gain", -6])


def test_state_is_told_thirty_times_a_second_at_most(tab, instrument):
    begun, frames = time.monotonic(), 0
    while time.monotonic() - begun < 1.0:
        instrument.news["status"].tell("sounding", frames)
        instrument.news["hit"].tell(0, 0.5, "0", "-1", frames, 0.0, 0.0)
        tab.socket.recv(timeout=1)
        frames += 1
    assert 5 < frames <= 31


def test_what_a_page_may_not_send_is_told_and_nothing_happens(tab, instrument):
    tab.send("/sub", "/*", 9000)
    words = tab.until(lambda message: message[0] == "/page/words")
    assert "may not send" in words[1]
    tab.socket.send("no json")
    tab.until(lambda message: message[0] == "/page/words" and "JSON" in message[1])
    assert instrument.events == []


def test_a_flood_is_cut_politely_and_the_page_stays(tab, instrument):
    for _ in range(600):
        tab.send("/hit/kick", 1)
    words = tab.until(lambda message: message[0] == "/page/words")
    assert "too many" in words[1]
    wait_for(lambda: len(instrument.events) >= 150)
    assert len(instrument.events) < 500
    time.sleep(1.0)
    tab.send("/panic")
    wait_for(lambda: instrument.events[-1] == Panic())


def test_a_frame_that_is_too_long_ends_the_page_that_sent_it(tab):
    tab.socket.send("[" + "1," * 20_000 + "1]")
    with pytest.raises(ConnectionClosed, match="1009"):
        tab.until(lambda message: False)


def test_a_hit_is_downloaded_as_wav(serving, tab):
    answer, body = get(serving, "/hit.wav?pad=kick&index=0")
    assert answer.status == 200
    assert 'filename="kick_0000000000001234.wav"' in answer.headers["Content-Disposition"]
    samples, rate = soundfile.read(io.BytesIO(body))
    assert (len(samples), rate) == (20_000, 48000)
    assert get(serving, "/hit.wav?pad=snare")[0].status == 204
    assert get(serving, "/hit.wav?pad=nosuch")[0].status == 204
    assert get(serving, "/hit.wav?pad=kick&index=99")[0].status == 400
    assert get(serving, "/hit.wav?pad=" + "x" * 100)[0].status == 400


def test_an_instrument_that_goes_is_told_within_two_seconds_and_found_again(instrument):
    engine = OscServer(instrument, "127.0.0.1:0")
    serving = Serving(engine.address)
    try:
        url = serving.url.replace("http", "ws") + "socket"
        with connect(url, origin=serving.url.rstrip("/"), close_timeout=1) as socket:
            tab = Tab(socket)
            tab.until(lambda message: message[0] == "/page/ready")
            address = engine.address
            begun = time.monotonic()
            engine.close()
            tab.until(lambda message: message == ["/page/engine", 0])
            assert time.monotonic() - begun < 2.0
            instrument.patch = instrument.patch  # the same kit, another program
            engine = OscServer(instrument, f"127.0.0.1:{address[1]}")
            tab.until(lambda message: message == ["/page/engine", 1])
            tab.until(lambda message: message[0] == "/page/ready")
            tab.send("/save", "again")
            wait_for(lambda: Save("again") in instrument.events)
    finally:
        serving.close()
        engine.close()


def wait_for(true, patience_s=5.0):
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
