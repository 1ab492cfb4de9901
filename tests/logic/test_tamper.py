"""tag/tamper.py: bounces and knocks are no opening; an opening is told once, within 5 s (R3)."""

from tag.tamper import CLOSED_MS, OPEN_MS, Contact

LOOK_MS = 250


def told_ms(edges, until_ms, first_ms=0, contact=None):
    """Return when openings are told of a contact that changes at these times (ms), closed first.

    It is looked at four times a second.
    """
    contact = contact or Contact()
    found = []
    for now_ms in range(first_ms, until_ms, LOOK_MS):
        is_open = sum(1 for edge in edges if edge <= now_ms) % 2 == 1
        if contact.opens(is_open, now_ms):
            found.append(now_ms)
    return found


def test_a_cut_is_told_once_and_in_time():
    for cut_ms in range(10_000, 10_000 + LOOK_MS, 10):
        (told,) = told_ms([cut_ms], 3_600_000)
        assert OPEN_MS <= told - cut_ms <= 2_000, cut_ms


def test_bounces_before_a_cut_do_not_hide_it():
    seed = 1
    for trial in range(200):
        edges, now_ms = [], 5_000
        for _ in range(2 * (trial % 9)):
            seed = (seed * 75 + 74) % 65_537
            now_ms += 1 + seed % 60
            edges.append(now_ms)
        edges.append(now_ms + 1 + seed % 60)
        told = told_ms(edges, 60_000)
        assert len(told) == 1, edges
        assert told[0] - edges[-1] <= 2_000, edges
        assert told[0] - edges[0] <= 5_000, edges


def test_knocks_are_no_opening():
    for length_ms in (1, 30, 249, 700, 990):
        edges = []
        for start_ms in range(3_000, 300_000, 2_500):
            edges += [start_ms, start_ms + length_ms]
        assert told_ms(edges, 300_000) == [], length_ms


def test_a_loose_contact_is_told_once_and_again_after_it_was_closed():
    trembling = list(range(10_000, 200_000, 3_000))  # open and closed, 3 s each
    assert len(trembling) % 2 == 0, "closed at the end"
    assert len(told_ms(trembling, 199_000)) == 1
    trembling.append(trembling[-1] + CLOSED_MS + 2_000)
    assert len(told_ms(trembling, 300_000)) == 2


def test_a_contact_that_is_open_at_a_boot_is_told():
    assert told_ms([0], 60_000) == [OPEN_MS]
