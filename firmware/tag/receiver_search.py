"""Finds the receiver: its baud rate by listening and asking, its kind by what it answers; no I/O.

`steps` is a generator of (baud, message, milliseconds): set the UART to this rate, send the
message where there is one, and give what arrives in so much time to `hear`. It stops as soon as
it knows.
"""

from tag import nmea, receivers

_MOST_HEARD = 3_072  # a whole UART buffer behind the beginning of an answer
_LISTEN_MS = 250
_LISTENS = 9  # longer than the two seconds between the epochs of slow receivers
_ANSWER_MS = 250
_ANSWERS = 10  # UBX-MON-VER has 340 bytes, and at 4,800 baud waits behind a second's sentences
_SURE = 2  # sentences with a right checksum


class ReceiverSearch:
    """What was found: `kind`, `generation`, `baud`, and whether anything was.

    UNKNOWN receivers are left as they are.
    """

    def __init__(self, first_baud):
        self.baud = first_baud
        self.kind = receivers.UNKNOWN
        self.generation = 0
        self.has_found = False
        self._heard = b""
        self._sentences = nmea.Sentences()
        self._whole = 0  # sentences heard at the rate that is being tried

    def hear(self, data, count):
        """Take data[:count] from the UART."""
        self._heard = (self._heard + bytes(data[:count]))[-_MOST_HEARD:]
        at = 0
        while at < count:
            if self._sentences.scan(data, at, count):
                self._whole += 1
            at = self._sentences.at

    def steps(self, rate_ms, saves_power):
        """Yield the steps of finding the receiver and setting it up."""
        for is_asking in (False, True):  # first listen: a question at a wrong rate is noise
            for baud in self._bauds():
                yield from self._listen(baud, is_asking, _LISTENS)
                if self._whole >= _SURE or receivers.kind_of(self._heard)[0]:
                    self.baud = baud
                    self.has_found = True
                    yield from self._ask(baud)
                    yield from self._set_up(rate_ms, saves_power)
                    return

    def _bauds(self):
        """Return the rates to try: the first one again between the others, for slow starters."""
        bauds = [self.baud]
        for baud in receivers.BAUDS:
            if baud != self.baud:
                bauds += [baud, self.baud]
        return bauds

    def _listen(self, baud, is_asking, times):
        self._whole = 0
        self._heard = b""
        message = b"".join(receivers.QUESTIONS) if is_asking else b""
        for _ in range(times):
            yield baud, message, _LISTEN_MS
            if self._whole >= _SURE:
                return
            message = b""

    def _ask(self, baud):
        for attempt in range(_ANSWERS):
            yield baud, b"".join(receivers.QUESTIONS) if attempt == 0 else b"", _ANSWER_MS
            self.kind, self.generation = receivers.kind_of(self._heard)
            if self.kind != receivers.UNKNOWN:
                return

    def _set_up(self, rate_ms, saves_power):
        kind = self.kind
        for message in receivers.set_up(kind, self.generation, rate_ms, saves_power):
            yield self.baud, message, 0
        message = receivers.change_baud(kind, receivers.TARGET_BAUD)
        if message is None or self.baud >= receivers.TARGET_BAUD:
            return
        # The answer to the change is lost in it; what talks at the new rate has taken it.
        before = self.baud
        yield before, message, _LISTEN_MS
        yield from self._listen(receivers.TARGET_BAUD, False, rate_ms // _LISTEN_MS + 1)
        if self._whole >= _SURE:
            self.baud = receivers.TARGET_BAUD
        else:
            yield before, b"", 0
