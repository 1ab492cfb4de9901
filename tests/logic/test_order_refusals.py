"""R18, R29: signed by the issuer or not, no order beyond a limit is taken, in both."""

import orders
import refused_orders
from seal import ed25519, verification
from seal.steps import run
from tag import order_limits, policy, succession
from wire import FormatError, cbor, cose
from wire.envelope import kid_of

SEED = b"\x07" * 32
PUBLIC = run(ed25519.public_key(SEED))
KID = kid_of(PUBLIC)
DAY_S = orders.DAY_S


def signed(fields, seed=SEED, kid=KID):
    """Sign whatever it is, as a tool without checks would."""
    payload = cbor.encode(fields)
    signature = run(ed25519.sign(seed, cose.to_be_signed(kid, payload)))
    return cose.frame(kid, payload, signature)


def told(call):
    """Return the rule and the code that a call is refused with, or None."""
    try:
        call()
    except policy.PolicyError as error:
        return str(error), error.code
    except FormatError:
        return "FormatError", policy.BAD_FORM
    return None


def reading(data):
    return told(lambda: run(policy.read(data, PUBLIC, verification.verify)))


def test_a_legal_order_is_taken():
    assert reading(signed(orders.fields())) is None
    granted = {"OVERRIDES": [[order_limits.TERM_DAYS, 93, "a court says so"]]}
    long = refused_orders._with(refused_orders._long(93), granted)
    assert reading(signed(orders.fields((), **long))) is None


def test_each_of_these_orders_is_refused_by_its_rule_though_it_is_signed():
    count = 0
    for what, fields, rule in refused_orders.refused():
        said = reading(signed(fields))
        assert said is not None, what
        assert said == (rule, policy.BAD_LIMIT), (what, said)
        count += 1
    assert count >= 40, count
    print(count, "orders refused")


def test_what_is_not_the_issuers_or_not_whole_is_refused():
    good = signed(orders.fields())
    other = b"\x08" * 32
    payload = cbor.encode(orders.fields(VERSION=2))
    left_out = orders.fields()
    del left_out[policy.QUIET]
    more = orders.fields()
    more[99] = 1
    cases = (
        (signed(orders.fields(), other), "wrong signature", policy.BAD_SIGNATURE),
        (signed(orders.fields(), other, bytes(8)), "another issuer", policy.BAD_SIGNATURE),
        (cose.frame(KID, payload, cose.parse(good)[2]), "wrong signature", policy.BAD_SIGNATURE),
        (good[:-1] + bytes([good[-1] ^ 1]), "wrong signature", policy.BAD_SIGNATURE),
        (good + b"\0", "FormatError", policy.BAD_FORM),
        (good[:-1], "FormatError", policy.BAD_FORM),
        (b"", "FormatError", policy.BAD_FORM),
        (bytes(16_385), "too long", policy.BAD_FORM),
        (signed(left_out), "a field is missing or unknown", policy.BAD_LIMIT),
        (signed(more), "a field is missing or unknown", policy.BAD_LIMIT),
        (signed([1]), "a field is missing or unknown", policy.BAD_LIMIT),
        (signed(orders.fields(REFERENCE="x" * 16_384)), "too long", policy.BAD_FORM),
    )
    for data, rule, code in cases:
        assert reading(data) == (rule, code), (rule, reading(data))


def following(new, old, held=None, cell_m=1000, tag=orders.TAG):
    """Return why the one order may not follow the other, or None."""
    new = policy.Policy(orders.fields(**new))
    old = policy.Policy(orders.fields(**old))
    held = old.version if held is None else held
    return told(lambda: succession.check_follows(new, old, tag, held, cell_m))


def test_what_may_follow_an_order_and_what_may_not():
    end = orders.NOT_BEFORE + 28 * DAY_S
    later = {"NOT_AFTER": end + DAY_S}
    reviewed = {"REVIEW": [orders.NOT_BEFORE + DAY_S, "a judge", "it is needed"]}
    stale = {"REVIEW": [orders.NOT_BEFORE - 1, "a judge", "it is needed"]}
    first = {"REVIEW": [orders.NOT_BEFORE, "a judge", "it is needed"]}
    again = {"REVIEW": [orders.NOT_BEFORE + DAY_S + 1, "a judge", "it is needed"]}
    lower = {"LEVEL": policy.BREACH}
    review_later = {"REVIEW_BY": end}
    grant = {"OVERRIDES": [[order_limits.OTHER_ZONES, 9, "a court says so"]]}
    loose = "looser or longer without a review"
    old_review = "a review that is not of the order in force"
    cases = (
        ({}, {}, None),
        (later, {}, loose),
        (review_later, {}, loose),
        ({"NOT_AFTER": end + DAY_S, "LEVEL": policy.BREACH}, {}, None),
        ({"NOT_AFTER": end + DAY_S, "LEVEL": policy.PRESENCE}, lower, None),
        ({"NOT_AFTER": end + DAY_S, "LEVEL": policy.PRESENCE}, {"LEVEL": policy.PRESENCE}, loose),
        (lower, {}, None),
        ({}, lower, loose),
        ({"EXCEPTIONS": [None, "a reason"]}, {}, loose),
        ({"EXCEPTIONS": ["a reason", None]}, {}, loose),
        ({"EXCEPTIONS": ["a reason", None]}, {"EXCEPTIONS": ["one", "two"]}, None),
        (grant, {}, loose),
        (grant, grant, None),
        (grant, {"OVERRIDES": [[order_limits.OTHER_ZONES, 8, "a court says so"]]}, loose),
        (refused_orders._with(later, reviewed, grant), {}, None),
        (refused_orders._with(later, reviewed), lower, None),
        (refused_orders._with(later, stale), {}, old_review),
        (refused_orders._with(later, first), {}, None),
        (refused_orders._with(later, again), reviewed, None),
        (refused_orders._with(later, reviewed), reviewed, old_review),
    )
    for new, old, rule in cases:
        said = following(refused_orders._with({"VERSION": 2}, new), old)
        assert said == (None if rule is None else (rule, policy.NOT_REVIEWED)), (new, old, said)


def test_versions_only_rise_and_tag_and_cells_stay():
    newer = "not newer than what the tag has had"
    cases = (
        ((2, 2), newer, policy.NOT_NEWER),
        ((1, 2), newer, policy.NOT_NEWER),
        ((3, 3), newer, policy.NOT_NEWER),
        ((3, 2), None, None),
    )
    for (version, held), rule, code in cases:
        said = following({"VERSION": version}, {"VERSION": 2}, held)
        assert said == (None if rule is None else (rule, code)), (version, held)
    said = following({"VERSION": 2, "CELL_M": 500}, {})
    assert said == ("cell_m changed without release", policy.CELL_CHANGED)
    assert following({"VERSION": 2}, {}, tag=bytes(8)) == ("another tag", policy.OTHER_TAG)


def test_the_warnings_before_a_review_come_14_7_and_1_days_before():
    order = policy.Policy(orders.fields())
    cases = (
        (14 * DAY_S + 1, None), (14 * DAY_S, 14), (8 * DAY_S, 14), (7 * DAY_S, 7), (DAY_S, 1),
        (1, 1), (0, None), (-DAY_S, None),
    )  # fmt: skip
    for left_s, days in cases:
        assert succession.review_days_left(order, order.review_by - left_s) == days, left_s
    assert order.level_at(order.review_by - 1) == policy.COARSE
    assert order.level_at(order.review_by) == policy.BREACH
