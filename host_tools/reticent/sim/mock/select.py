"""select.poll(): simulated streams in virtual time, the host's sockets in real time.

A stream written in Python (the mocked UART, asyncio's ThreadSafeFlag) is simulated; its
wakes_us(events), if it has one, gives the instant at which there will be something. All others are
the host's sockets: as long as one of them is silent, the virtual clock stands still, for up to
`world.grace_ms` of real time. Over a slow Wi-Fi what is ready is so only after the world's delay.
"""

from io import IOBase as _IOBase

import clock as _clock
import uselect as _uselect
import usocket as _usocket
import world as _world
from uselect import POLLERR, POLLHUP, POLLIN, POLLOUT  # noqa: F401 - the port's names

_IOCTL_POLL = 3

# Before it asks a stream that is no file descriptor, as TLS is none, the port's poll sleeps for a
# millisecond, unless a descriptor is ready: a UDP socket always takes data. Without it each byte
# of an answer's head took a millisecond of real time.
_awake = _usocket.socket(_usocket.AF_INET, _usocket.SOCK_DGRAM)


class _Poll:
    def __init__(self):
        self._real = _uselect.poll()
        self._real.register(_awake, 0)
        self._sockets = set()
        self._streams = {}
        self._grace_ms = _world.grace_ms
        self._slow_until_us = None

    def register(self, stream, events=POLLIN | POLLOUT):
        if isinstance(stream, _IOBase):
            self._streams[id(stream)] = (stream, events)
        else:
            self._real.register(stream, events)
            self._sockets.add(id(stream))
            self._grace_ms = _world.grace_ms

    def modify(self, stream, events):
        if id(stream) in self._streams:
            self._streams[id(stream)] = (stream, events)
        else:
            self._real.modify(stream, events)

    def unregister(self, stream):
        if id(stream) in self._streams:
            del self._streams[id(stream)]
        else:
            self._real.unregister(stream)
            self._sockets.discard(id(stream))

    def poll(self, timeout_ms=-1):
        return list(self.ipoll(timeout_ms))

    def ipoll(self, timeout_ms=-1, flags=0):
        """Return an iterator over (stream, events): at once, or as soon as there is one."""
        if flags:
            raise ValueError("flags are not simulated")
        end_us = _clock.FAR_US if timeout_ms < 0 else _clock.now_us + timeout_ms * 1000
        if timeout_ms == 0:
            _clock.ask()
        if not self._streams and not self._sockets:
            _clock.advance_to(end_us)
            return iter(())
        while True:
            ready = self._ready(timeout_ms != 0)
            if ready or _clock.now_us >= end_us:
                return iter(ready)
            _clock.advance_to_event(min(end_us, self._wakes_us()))

    def _ready(self, may_wait):
        ready = []
        for stream, events in self._streams.values():
            found = stream.ioctl(_IOCTL_POLL, events)
            if found:
                ready.append((stream, found))
        if self._sockets:
            wait_ms = self._grace_ms if may_wait and not ready else 0
            found = self._found(0, POLLOUT) or (wait_ms and self._found(wait_ms, 0)) or []
            # A peer that stays silent is awaited once, not once a poll.
            self._grace_ms = _world.grace_ms if found else self._grace_ms - wait_ms
            ready.extend(found if self._has_waited(found) else ())
        return ready

    def _found(self, wait_ms, awake):
        """Return what of the host's sockets is ready within wait_ms of real time."""
        self._real.modify(_awake, awake)
        return [tuple(pair) for pair in self._real.ipoll(wait_ms) if pair[0] is not _awake]

    def _has_waited(self, found):
        """Return whether what is ready may be seen to be so."""
        if self._slow_until_us is None and found:
            self._slow_until_us = _clock.now_us + _world.wifi.get("delay_ms", 0) * 1000
        if not found or _clock.now_us < self._slow_until_us:
            return False
        self._slow_until_us = None
        return True

    def _wakes_us(self):
        wakes = _clock.FAR_US if self._slow_until_us is None else self._slow_until_us
        for stream, events in self._streams.values():
            if hasattr(stream, "wakes_us"):
                wakes = min(wakes, stream.wakes_us(events))
        return wakes


def poll():
    return _Poll()
