"""The one way into the outbox, in an order that a power cut can break anywhere.

First what must be given up is written down, then removed; then the envelope's file; then the
counters; only then may it be sent. Every step is old or new for itself, and each later one can be
told from the earlier at boot.
"""

_ENOSPC = 28
_MOST_TRIES = 4


def commit(outbox, counters, kind, sealed, tells_dropped):
    """Store an envelope under `counters.next_number`; a generator that yields between writes.

    A full outbox, or a full flash, gives up its oldest. `tells_dropped` says that the envelope
    itself names what was given up before. Raises OSError where the flash takes no more.
    """
    number = counters.next_number
    victims = outbox.victims(kind, sealed)
    given_up = []
    for tries_left in range(_MOST_TRIES - 1, -1, -1):
        yield from _give_up(outbox, counters, victims)
        given_up += victims
        try:
            yield from outbox.put_steps(number, kind, sealed)
            break
        except OSError as error:
            victims = outbox.oldest()
            if error.errno != _ENOSPC or not victims or not tries_left:
                raise
    left = counters.dropped
    if tells_dropped:
        left = [min(given_up), max(given_up)] if given_up else None
    counters.advance(sealed, left)
    yield
    yield from counters.save_steps()
    outbox.admit(number, kind)


def _give_up(outbox, counters, numbers):
    """Write down that these numbers go, then remove them."""
    if numbers:
        counters.note_dropped(numbers)
        yield from counters.save_steps()
        yield
    for number in numbers:
        outbox.remove(number)
        yield
