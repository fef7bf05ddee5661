"""The address that is printed is one that another computer can open."""

import ipaddress
import socket
from typing import ClassVar

import pytest

from astrodrum_live.page.address import reachable
from astrodrum_live.page.guard import make_guard


class Routed(socket.socket):
    """A socket of a computer that has a network."""

    asked: ClassVar[list[object]] = []

    def connect(self, address):
        self.asked.append((self.type, address[0]))

    def getsockname(self):
        return ("192.168.1.5", 40_000)


class Alone(socket.socket):
    """A socket of a computer that has none."""

    def connect(self, address):
        raise OSError(101, "Network is unreachable")


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.7", "::1", "studio.local"])
def test_an_address_that_was_asked_for_stays(host):
    assert reachable(host) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_for_all_interfaces_it_is_this_computers_own(host, monkeypatch):
    monkeypatch.setattr("socket.socket", Routed)
    Routed.asked.clear()
    assert reachable(host) == "192.168.1.5"
    ((kind, asked),) = Routed.asked
    assert kind == socket.SOCK_DGRAM  # to connect one sends nothing
    assert not ipaddress.ip_address(asked).is_global


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_without_a_network_it_is_a_name_that_the_page_answers_to(host, monkeypatch):
    monkeypatch.setattr("socket.socket", Alone)
    name = reachable(host)
    assert name == socket.gethostname()
    guard = make_guard(host)
    assert guard.refuses(guard.root, [f"{name}:8088"], []) == ""
