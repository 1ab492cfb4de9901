"""tag/receivers.py and receiver_search.py: finding a receiver, setting it up, putting it back."""

from tag import receivers
from tag.receiver_search import ReceiverSearch

EPOCH = (
    b"$GPRMC,202641.000,A,4404.1305,N,12118.8515,W,0.01,201.71,130415,,,D*7D\r\n"
    b"$GPGGA,202641.000,4404.1305,N,12118.8515,W,2,11,0.83,1127.7,M,-19.6,M,,0000*65\r\n"
)


def mon_ver(hardware):
    """Return a UBX-MON-VER answer as a u-blox receiver gives it."""
    software = b"EXT CORE 3.01 (111141)"
    payload = software + bytes(30 - len(software)) + hardware + bytes(10 - len(hardware))
    return receivers.ubx(0x0A, 0x04, payload + bytes(30))


# What each kind answers, which question it answers, and what it is.
ANSWERS = (
    (mon_ver(b"00040007"), 0, receivers.UBLOX, 6),
    (mon_ver(b"00070000"), 0, receivers.UBLOX, 7),
    (mon_ver(b"00080000"), 0, receivers.UBLOX, 8),
    (mon_ver(b"00190000"), 0, receivers.UBLOX_KEYS, 9),
    (mon_ver(b"000A0000"), 0, receivers.UBLOX_KEYS, 10),
    (receivers.sentence(b"PMTK705,AXN_2.31_3339_13101700,5632,PA6H,1.0"), 1, receivers.PMTK, 0),
    (receivers.sentence(b"PAIR001,020,0"), 2, receivers.PAIR, 0),
    (receivers.sentence(b"GPTXT,01,01,02,SW=URANUS5,V5.1.0.0"), 3, receivers.CASIC, 0),
)


class Receiver:
    """A receiver on a line: talks once a second at its rate, answers one question at that rate."""

    def __init__(self, baud, answer=b"", question=b"", changes=(), period_ms=1_000):
        self.baud = baud
        self.sent = []
        self._answer = answer
        self._question = question
        self._changes = dict(changes)
        self._period_ms = period_ms
        self._ms = 0

    def hear(self, baud, message, wait_ms):
        """Return what arrives in this time at a UART of this rate."""
        arrived = b""
        if message:
            if baud == self.baud:
                self.sent.append(message)
                if self._question and self._question in message:
                    arrived += self._answer
            for part, new_baud in self._changes.items():
                if baud == self.baud and part in message:
                    self.baud = new_baud
        before = self._ms // self._period_ms
        self._ms += wait_ms
        if self._period_ms and self._ms // self._period_ms > before:
            arrived += EPOCH
        if baud != self.baud:
            arrived = bytes(byte * 7 + 3 & 0xFF for byte in arrived)
        return arrived


def search(receiver, first_baud=9_600):
    """Run a search against a receiver; return (the search, the rate the UART is left at)."""
    found = ReceiverSearch(first_baud)
    uart_baud = first_baud
    for baud, message, wait_ms in found.steps(1_000, False):
        uart_baud = baud
        heard = receiver.hear(baud, message, wait_ms)
        found.hear(heard, len(heard))
    return found, uart_baud


def test_every_kind_is_found_at_every_rate_and_from_every_rate():
    for answer, question, kind, generation in ANSWERS:
        for baud in receivers.BAUDS:
            receiver = Receiver(baud, answer, receivers.QUESTIONS[question])
            found, left_at = search(receiver)
            where = (kind, generation, baud, found.baud)
            assert (found.kind, found.generation) == (kind, generation), where
            assert found.baud == left_at == baud, where
            assert (
                receivers.set_up(kind, generation, 1_000, False)
                == [message for message in receiver.sent if b"PMTK605" not in message][
                    : len(receivers.set_up(kind, generation, 1_000, False))
                ]
            ), where


def test_a_silent_receiver_is_found_by_asking():
    for answer, question, kind, _ in ANSWERS:
        receiver = Receiver(38_400, answer, receivers.QUESTIONS[question], period_ms=1 << 29)
        found, _ = search(receiver)
        assert (found.kind, found.baud) == (kind, 38_400)


def test_the_rate_is_raised_where_the_receiver_follows():
    for answer, question, kind, generation in ANSWERS:
        change = receivers.change_baud(kind, receivers.TARGET_BAUD)
        if change is None:
            continue
        receiver = Receiver(
            9_600, answer, receivers.QUESTIONS[question], {change: receivers.TARGET_BAUD}.items()
        )
        found, left_at = search(receiver)
        assert found.baud == left_at == receiver.baud == receivers.TARGET_BAUD, (kind, generation)


def test_an_unknown_receiver_is_left_as_it_is():
    receiver = Receiver(4_800)
    found, left_at = search(receiver)
    assert (found.kind, found.baud, left_at) == (receivers.UNKNOWN, 4_800, 4_800)
    assert receiver.sent == [b"".join(receivers.QUESTIONS)]
    assert receivers.release(receivers.UNKNOWN) == []


def test_where_nothing_answers_the_first_rate_stays():
    found, left_at = search(Receiver(300), first_baud=38_400)
    assert (found.kind, found.baud, left_at) == (receivers.UNKNOWN, 38_400, 38_400)


def test_a_damaged_answer_is_no_answer():
    for answer, _, kind, _ in ANSWERS:
        assert receivers.kind_of(b"noise" + answer + b"noise")[0] == kind
        for at in range(len(answer) - 2):
            damaged = bytearray(answer)
            damaged[at] ^= 1
            found = receivers.kind_of(bytes(damaged))[0]
            assert found == receivers.UNKNOWN, (kind, at)
            assert receivers.kind_of(answer[:at])[0] == receivers.UNKNOWN, (kind, at)


def test_every_message_has_a_right_checksum_and_every_kind_a_way_back():
    for _, _, kind, generation in ANSWERS:
        messages = receivers.set_up(kind, generation, 1_000, True)
        change = receivers.change_baud(kind, receivers.TARGET_BAUD) or b""
        assert len(b"".join(messages) + change) < 256, "machine.UART keeps so much to be sent"
        messages += receivers.release(kind)
        assert receivers.release(kind)
        for message in messages:
            if message[:1] == b"$":
                body = message[1 : message.index(b"*")]
                assert message == receivers.sentence(body)
            else:
                assert message == receivers.ubx(message[2], message[3], message[6:-2])
