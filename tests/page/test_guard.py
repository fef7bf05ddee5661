"""Who is let in: by the name they came by, the page they came from, and off loopback the token."""

import pytest

from astrodrum_live.page.guard import HEADERS, Guard, make_guard

HOME = Guard("127.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1:8088", "localhost:8088", "[::1]:8088", "LOCALHOST:1"])
def test_on_loopback_its_own_names_are_let_in(host):
    assert HOME.refuses("/", [host], []) == ""
    assert HOME.refuses("/socket", [host], [f"http://{host}"]) == ""


@pytest.mark.parametrize(
    "hosts",
    [[], ["evil.example"], ["evil.example:8088"], ["127.0.0.1.evil.example"], ["192.168.1.5"],
     ["127.0.0.1", "127.0.0.1"], [""], ["[::1"], ["127.0.0.1@evil.example"],
     ["evil.example@127.0.0.1"], ["\0\0[::1]:8088"], ["localhost/evil"], ["localhost:8088\n"]],
)  # fmt: skip
def test_a_name_that_was_made_to_point_here_is_refused(hosts):
    assert HOME.refuses("/", hosts, []) != ""


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://127.0.0.1:8088", "http://127.0.0.1:8089", "null", "",
     "http://localhost:8088"],
)  # fmt: skip
def test_another_sites_page_is_refused(origin):
    assert HOME.refuses("/socket", ["127.0.0.1:8088"], [origin]) != ""


def test_off_loopback_the_path_begins_with_a_token():
    guard = make_guard("0.0.0.0")
    assert len(guard.token) >= 20
    assert guard.token != make_guard("0.0.0.0").token
    assert guard.refuses(guard.root, ["192.168.1.5:8088"], []) == ""
    for path in ("/", "/style.css", "/socket", f"/{guard.token[:-1]}/", f"/{guard.token}", "//"):
        assert "token" in guard.refuses(path, ["192.168.1.5:8088"], [])


def test_with_a_token_too_no_other_sites_name_is_answered():
    guard = make_guard("0.0.0.0")
    assert guard.refuses(guard.root, ["evil.example"], []) != ""


def test_scripts_come_from_this_server_and_from_nowhere_else():
    policy = dict(HEADERS)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
