"""uplink/http: an answer's head is bounded, whatever the server sends."""

import asyncio

from uplink import http


class Stream:
    """Both sides of a connection to a server that says these bytes, over and over."""

    def __init__(self, said):
        self.said = said
        self.read = 0
        self.written = []

    def write(self, data):
        self.written.append(bytes(data))

    async def drain(self):
        self.written.append("drained")

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


def test_what_an_answers_head_may_say():
    for lines, status in (
        ("HTTP/1.1 200 OK|Content-Length: 7", 200),
        ("HTTP/1.0 503 |content-length:  0 ", 503),
        ("HTTP/1.1 200|Content-Length: 100", 200),  # no reason, and just not too long
        ("HTTP/1.1 200 OK|Content-Length: 7|Content-Length: 7", 200),
        ("HTTP/1.1 200 OK|Content-Length: 101", None),
        ("HTTP/1.1 200 OK|Content-Length: -1", None),
        ("HTTP/1.1 200 OK|Content-Length: 7|Content-Length: 8", None),
        ("HTTP/1.1 200 OK|Content-Length: 0|Content-Length: 7", None),
        ("HTTP/1.1 200 OK|Content-Length: seven", None),
        ("HTTP/1.1 200 OK|Transfer-Encoding: chunked|Content-Length: 7", None),
        ("HTTP/1.1 200 OK|Date: today", None),
        ("HTTP/1.1 2000 OK|Content-Length: 7", None),
        ("HTTP/1.1 2x0 OK|Content-Length: 7", None),
        ("HTTP/1.1|Content-Length: 7", None),
        ("RTSP/1.0 200 OK|Content-Length: 7", None),
    ):
        stream = Stream(lines.replace("|", "\r\n").encode() + b"\r\n\r\n" + b"b" * 8_192)
        assert status_of(stream) == status, lines


def test_a_body_is_read_to_its_end_and_no_further():
    stream = Stream(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\na bodyX" + b"beyond")

    async def bodies():
        _, body = await http.post(stream, stream, "host", "/", [b"x"], 100)
        return [await body.read(4), body.left, await body.read(4), body.left, await body.read(4)]

    assert asyncio.run(bodies()) == [b"a bo", 3, b"dyX", 0, b""]


def test_a_post_says_nothing_of_the_tag_and_waits_between_two_parts():
    stream = Stream(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    asyncio.run(
        http.post(stream, stream, "collector.test", "/v1/envelopes", [b"one", b"three"], 0)
    )
    head = (
        b"POST /v1/envelopes HTTP/1.1\r\nHost: collector.test\r\n"
        b"Content-Type: application/cbor-seq\r\nContent-Length: 8\r\nConnection: close\r\n\r\n"
    )
    assert stream.written == [head, b"one", "drained", b"three", "drained"]
