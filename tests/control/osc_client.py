"""Peers of an OSC server under test, each with a socket of its own."""

import socket
import time

from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import build_msg

from astrodrum_live.control.osc.framing import Framing
from astrodrum_live.control.osc.packet import decode


def message(address, *args):
    """One message's bytes."""
    return build_msg(address, list(args)).dgram


class UdpClient:
    """A peer over UDP."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)

    def send(self, address, *args):
        self.send_bytes(message(address, *args))

    def send_at(self, unix_s, address, *args):
        builder = OscBundleBuilder(unix_s)
        builder.add_content(build_msg(address, list(args)))
        self.send_bytes(builder.build().dgram)

    def send_bytes(self, data):
        self.socket.sendto(data, self.address)

    def receive(self):
        """The messages of the next datagram."""
        return [(m.address, *m.args) for m in decode(self.socket.recv(65535)).messages]

    def settle(self):
        """Everything sent before has been handled when this returns."""
        self.send("/ping", "settle")
        while True:
            for answer in self.receive():
                if answer[:2] == ("/pong", "settle"):
                    return


class TcpClient:
    """A peer over TCP, in one of the framings."""

    def __init__(self, address, framing: Framing):
        self.socket = socket.create_connection(address, timeout=5)
        self.framing = framing

    def send(self, address, *args):
        self.socket.sendall(self.framing.wrap(message(address, *args)))

    def receive(self):
        """The messages of the next packets."""
        while True:
            data = self.socket.recv(65536)
            assert data, "hung up on"
            packets = self.framing.feed(data)
            if packets:
                found = [m for packet in packets for m in decode(packet).messages]
                return [(m.address, *m.args) for m in found]

    def hung_up(self) -> bool:
        """Whether the server has closed the connection, within 5 s."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return False
        return True


def eventually(true, patience_s=5.0):
    """Wait until ``true()``; fail after a while."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)
