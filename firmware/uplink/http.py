"""One HTTP/1.1 POST over a stream (RFC 9112): bounded head, bounded body, Content-Length only."""

from uplink import UplinkError

_MOST_HEAD = 2_048
_MOST_LINES = 40


class Body:
    """An answer's body, piece by piece; `left` bytes are still to come."""

    def __init__(self, reader, length):
        self._reader = reader
        self.left = length

    async def read(self, most):
        """Return the next `most` bytes, or those that are left. Raises EOFError, OSError."""
        count = min(most, self.left)
        self.left -= count
        return await self._reader.readexactly(count)


async def post(reader, writer, host, path, parts, most_body):
    """Send the parts as one body; return (status, Body). Raises UplinkError, OSError.

    The head names host, type and length: no tag, no version, nothing that tells two tags apart.
    """
    length = sum(len(part) for part in parts)
    head = (
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/cbor-seq\r\n"
        "Content-Length: %d\r\nConnection: close\r\n\r\n" % (path, host, length)
    )
    writer.write(head.encode())
    for part in parts:
        writer.write(part)
        await writer.drain()
    return await _answer(reader, most_body)


async def _answer(reader, most_body):
    status_line = await _line(reader)
    fields = status_line.split(b" ", 2)
    if len(fields) < 2 or not fields[0].startswith(b"HTTP/1.") or len(fields[1]) != 3:
        raise UplinkError  # not HTTP
    try:
        status = int(fields[1])
    except ValueError:
        raise UplinkError
    length = await _content_length(reader)
    if length > most_body:
        raise UplinkError  # longer than any answer of ours
    return status, Body(reader, length)


async def _content_length(reader):
    """Read the header lines; return the one length that they name."""
    length = None
    size = 0
    for _ in range(_MOST_LINES):
        line = await _line(reader)
        size += len(line)
        if size > _MOST_HEAD:
            break
        if not line:
            if length is None:
                raise UplinkError  # a body without a length
            return length
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        if name == b"transfer-encoding":
            raise UplinkError  # chunked: the collector never does
        if name == b"content-length":
            try:
                found = int(value.strip())
            except ValueError:
                raise UplinkError
            if found < 0 or length is not None and found != length:
                raise UplinkError  # two lengths: request smuggling's mark
            length = found
    raise UplinkError  # a head without end


async def _line(reader):
    """Return the next line without its end; byte by byte, as readline() takes one of any size."""
    line = bytearray()
    while line[-2:] != b"\r\n":
        if len(line) == _MOST_HEAD:
            raise UplinkError  # a line without end
        line.extend(await reader.readexactly(1))
    return bytes(line[:-2])
