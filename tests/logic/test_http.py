"""uplink/http: an answer's head is bounded, whatever the server sends."""

import asyncio

from uplink import http


class Stream:
    """Both sides of a connection to a server that says these bytes, over and over."""

    def __init__(self, said):
        self.said = said
        self.read = 0

    def write(self, data):
        pass

    async def drain(self):
        pass

    async def readexactly(self, count):
        found = bytes(self.said[(self.read + at) % len(self.said)] for at in range(count))
        self.read += count
        return found


def status_of(stream):
    """Return the status of an exchange, or None where it fails."""
    try:
        return asyncio.run(http.post(stream, stream, "host", "/", [b"x"], 100))[0]
    except http.UplinkError:
        return None


def test_a_head_with_its_length_is_read_and_not_a_byte_more():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
    stream = Stream(head + b"a body")
    assert status_of(stream) == 200
    assert stream.read == len(head)


def test_a_line_without_end_is_given_up_within_the_bound():
    for said in (b"a", b"\n", b"\r"):
        stream = Stream(said)
        assert status_of(stream) is None
        assert stream.read <= 2_048


def test_lines_without_end_are_given_up_too():
    stream = Stream(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 50 + b"\r\n")
    assert status_of(stream) is None
    assert stream.read <= 2 * 2_048
