"""orders: the example becomes a policy that the tag's own reader accepts; and the faults."""

import ast
import dataclasses
import inspect
from pathlib import Path

import pytest

from reticent.archive.keyring import Keyring
from reticent.errors import BadInput
from reticent.orders import compiler
from reticent.orders.compiler import compile_order
from reticent.orders.describe import describe
from reticent.orders.fault import OrderFault
from reticent.orders.order import read_order
from reticent.orders.signing import read_policy, sign_policy
from reticent.orders.zones import Circle, Zone
from reticent.tagcode import (
    batch,
    cbor,
    cose,
    geometry,
    order_limits,
    policy,
    zone_limits,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "order"
TAG = bytes(range(8))


@pytest.fixture(scope="module")
def order():
    return read_order(EXAMPLE / "order.toml")[0]


@pytest.fixture(scope="module")
def ring(order, tmp_path_factory):
    return Keyring.create(tmp_path_factory.mktemp("ring") / "keys", order.not_before, 13)


@pytest.fixture(scope="module")
def recipients(order, ring):
    return ring.recipients(order.not_before, order.not_after)


@pytest.fixture(scope="module")
def fields(order, recipients):
    return compile_order(order, TAG, recipients)


def test_the_example_comes_out_of_the_tags_own_reader_as_it_went_in(order, fields, recipients):
    read = policy.decode(cbor.encode(fields))
    assert (read.reference, read.tag, read.version) == ("EX-2026-0117", TAG, 1)
    assert (read.not_before, read.not_after) == (order.not_before, order.not_after)
    assert (read.level, read.cell_m, read.slot_s) == (policy.COARSE, 1000, 900)
    assert (read.hdop_x10_most, read.sats_least, read.warn_m) == (25, 5, 150)
    kinds = [zone.kind for zone in read.zones]
    assert kinds == [policy.EXCLUSION, policy.EXCLUSION, policy.DWELLING]
    assert isinstance(read.zones[0].shape, geometry.Circle)
    assert read.zones[1].shape.contains(46_983_000, -29_966_000)
    first = recipients.first_week
    assert read.recipients(batch.ALERT, first) == [recipients.duty[0], recipients.wearer]
    assert read.recipients(batch.ROUTINE, first + 12) == [
        recipients.officer[12],
        recipients.wearer,
    ]
    assert read.recipients(batch.ROUTINE, first + 13) is None


def test_the_schedule_stands_in_the_policy_as_utc_windows(order, fields):
    school = policy.decode(cbor.encode(fields)).zones[1]
    monday_s = order.not_before
    assert len(school.windows) == 13 * 5
    assert school.windows.spans_s()[0] == (
        monday_s + 27_000,
        monday_s + 77_400,
    )  # 07:30 to 21:30, no DST
    assert not school.speaks_at(monday_s + 5 * 86_400 + 40_000)  # Saturday


def test_quiet_hours_stand_in_the_policy_as_utc_windows(order, recipients, tmp_path):
    nights = policy.decode(cbor.encode(compile_order(order, TAG, recipients))).quiet
    spans = nights.spans_s()
    monday_s = order.not_before
    assert spans[:2] == [
        (monday_s, monday_s + 6 * 3600 + 1800),  # cut at the term's start
        (monday_s + 22 * 3600 + 1800, monday_s + 30 * 3600 + 1800),
    ]
    assert len(spans) == 92
    text = (EXAMPLE / "order.toml").read_text()
    head, rest = text.split("[quiet]")
    (tmp_path / "zones.geojson").write_text((EXAMPLE / "zones.geojson").read_text())
    path = tmp_path / "order.toml"
    for body, expected in (("", None), ("[quiet]\nschedule = []\n\n", [])):
        path.write_text(head + body + rest[rest.index("[gate]") :])
        compiled = compile_order(read_order(path)[0], TAG, recipients)
        assert compiled[policy.QUIET] == expected, body


def test_what_is_signed_is_read_back_and_nothing_else_is(fields, ring):
    signed = sign_policy(fields, ring.issuer())
    assert read_policy(signed, ring.issuer_public()) == fields
    kid, payload, signature = cose.parse(signed)
    other = cbor.encode({**fields, policy.VERSION: 2})
    overlong = cbor.encode({**fields, policy.NOT_AFTER: fields[policy.NOT_AFTER] + 10**7})
    resigned = ring.issuer().sign(cose.to_be_signed(kid, overlong))
    cases = (
        (cose.frame(kid, other, signature), "wrong signature"),
        (cose.frame(bytes(8), payload, signature), "another issuer"),
        (cose.frame(kid, overlong, resigned), "a term over 92 days"),
        (signed + b"\0", "not a signed policy"),
        (b"", "not a signed policy"),
        (bytes(20_000), "too long"),
    )
    for wrong, message in cases:
        with pytest.raises(BadInput) as caught:
            read_policy(wrong, ring.issuer_public())
        assert message in str(caught.value), message


def test_no_entry_of_the_statement_stands_for_a_field_of_the_order(fields):
    """Such an order is refused; who looks at one all the same must not be told what it is not."""
    statement = {**fields[policy.STATEMENT], "level": "presence", "zones": []}
    assert describe({**fields, policy.STATEMENT: statement}) == describe(fields)


def test_an_order_is_for_the_tag_it_names(order, recipients):
    named = dataclasses.replace(order, tag=TAG)
    assert compile_order(named, TAG, recipients)[policy.TAG] == TAG
    with pytest.raises(OrderFault, match="names another tag"):
        compile_order(named, bytes(8), recipients)


def test_faults_of_the_file_are_told_with_line_and_mend(tmp_path):
    text = (EXAMPLE / "order.toml").read_text()
    (tmp_path / "zones.geojson").write_text((EXAMPLE / "zones.geojson").read_text())
    lines = {line.split(" ")[0]: n for n, line in enumerate(text.splitlines(), 1)}
    cases = (
        ("cell_m = 1000", "cell_m == 1000", f":{lines['cell_m']}: not TOML"),
        ("cell_m = 1000", 'cell_m = "1000"', f":{lines['cell_m']}: `cell_m` is a whole number"),
        ("cell_m = 1000", "cell_m = true", f":{lines['cell_m']}: `cell_m` is a whole number"),
        ("retention_days", "retension_days", "unknown key `retension_days`; did you mean `ret"),
        ("sats_least", "sats_last", "unknown key `sats_last`; did you mean `sats_least`?"),
        ("lawful_basis", "lawful_bases", f":{lines['lawful_basis']}: unknown key `lawful_bases`"),
        ("version = 1 ", "# ", "order.toml: `version` is missing; add it"),
        ("controller =", "# ", f":{lines['[statement]']}: `statement.controller` is missing"),
        (
            '"coarse"',
            '"corse"',
            f":{lines['level']}: unknown level 'corse'; did you mean `coarse`",
        ),
        ("= 2027-02-22T", "= 2026-02-22T", f":{lines['not_after']}: the order ends before it"),
        ("= 2027-02-22T", "= 2027-03-22T", f":{lines['not_after']}: a term over 92 days"),
        ("= 2026-11-23T00:00:00Z", "= 2026-11-23T00:00:00", "add Z for UTC"),
        ("= 2026-11-23T00:00:00Z", "= 2026-11-23T00:00:01Z", "`not_before` is not a whole minute"),
        ("= 2026-11-23T00:00:00Z", "= 7", "`not_before`: '7' is not a time"),
        ('"zones.geojson"', '"zone.geojson"', "zone.geojson: No such file"),
        ('"EX-2026-0117"', '" "', f":{lines['reference']}: `reference` is a text in quotes"),
        ("schedule = [", "schedule = 7 #", f":{lines['schedule']}: [quiet]: `schedule` is a list"),
        ("30-06:30", "30-25:00", f":{lines['schedule']}: [quiet]: 25:00 is no time of day"),
        ("Europe/London", "Europe/Lond", "[quiet]: unknown time zone 'Europe/Lond'"),
        ("timezone =", "time_zone =", "unknown key `time_zone`; did you mean `timezone`?"),
        ("schedule = [", "timetable = [", "unknown key `timetable`"),
        ("[statement]", "[statment]", f":{lines['[statement]']}: unknown key `statment`; did you"),
        ("level =", "statement = 1\nlevel =", "not TOML"),
        ("version = 1", 'tag = "xyz"\nversion = 1', "`tag` is the tag's id, 16 hex digits"),
    )
    path = tmp_path / "order.toml"
    for old, new, message in cases:
        assert old in text, old
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(BadInput) as caught:
            read_order(path)
        assert str(caught.value).startswith(str(tmp_path)), new
        assert message in str(caught.value), (new, str(caught.value))


def test_a_limit_that_the_tag_keeps_is_told_with_key_and_mend(order, recipients):
    circle = Zone("Z", "exclusion", "why", Circle(0, 0, 1000))
    dwelling = Zone("Z", "dwelling", "", Circle(0, 0, 100))
    cases = (
        ({"cell_m": 499}, "cell_m", "a cell under 500 m"),
        ({"slot_s": 60}, "slot_s", "a slot under 900 s"),
        ({"slot_s": 1000}, "slot_s", "slot_s does not divide a day"),
        ({"upload_s": 800}, "upload_s", "upload_s under slot_s"),
        ({"upload_s": 1000}, "upload_s", "no multiple of slot_s"),
        ({"upload_s": 900 * 7}, "upload_s", "upload_s does not divide a day"),
        ({"retention_days": 61}, "retention_days", "retention over 60 days"),
        ({"warn_m": 1001}, "warn_m", "warn buffer"),
        ({"sats_least": 2}, "gate", "sats_least 3 to 20"),
        ({"version": 0}, "version", "count from 1 up"),
        ({"review_by": order.not_after + 60}, "review_by", "the review is not within the term"),
        ({"not_after": order.not_before}, "not_after", "it ends before it starts"),
        ({"zones": (circle,) * 8}, "zones", "exclusion zones over 25 km2: draw them smaller"),
        ({"zones": (circle,) * 11}, "zones", "over 10 exclusion zones"),
        ({"zones": (dwelling,) * 6}, "zones", "over 5 other zones"),
    )
    for changes, key, message in cases:
        with pytest.raises(OrderFault) as caught:
            compile_order(dataclasses.replace(order, **changes), TAG, recipients)
        assert caught.value.key == key, changes
        assert message in str(caught.value), (changes, str(caught.value))


def test_a_zone_that_is_never_in_force_is_no_zone(order, recipients):
    one_day = dataclasses.replace(
        order, not_after=order.not_before + 86_400, review_by=order.not_before + 3_600
    )
    school = order.zones[1]
    sunday = dataclasses.replace(
        school,
        schedule=dataclasses.replace(
            school.schedule,
            hours=(dataclasses.replace(school.schedule.hours[0], weekdays=frozenset({6})),),
        ),
    )
    with pytest.raises(OrderFault, match="'Mill School' is never in force in the term"):
        compile_order(
            dataclasses.replace(one_day, zones=(sunday,)),
            TAG,
            dataclasses.replace(
                recipients, duty=recipients.duty[:1], officer=recipients.officer[:1]
            ),
        )


def test_a_policy_over_16_kb_is_refused(fields, ring):
    long = {**fields, policy.REFERENCE: "x" * policy.MAX_BYTES}
    with pytest.raises(OrderFault, match="a policy has at most 16384"):
        sign_policy(long, ring.issuer())


def test_every_rule_a_writer_can_break_has_its_mend():
    """A rule that the tag learns and the tool cannot explain shows here."""
    # Read from the dataclasses and zones, or by the key ring: no writer can break these here.
    unreachable = {
        "a field is missing or unknown", "unknown policy format", "tag id", "statement",
        "a date is not UTC seconds", "zones", "zone",
        "unknown kind of zone", "a zone without a name",
        "an exclusion zone without a justification",
        "a radius under 100 m", "shape", "circle", "a radius under 10 m or over 50 km",
        "unknown shape", "ring", "latitude", "longitude", "windows", "windows out of order",
        "quiet hours beyond the term",  # the schedule is cut to the term
        "recipients", "the recipients' first week", "a gap in the recipients' weeks",
        "a recipient's key",
        "overrides", "an override of what has none", "overrides out of order",
        "an override beyond what can be granted", "an override without a justification",
        "exceptions", "an exception without a justification", "the record of a review",
        "a review without person or finding", "a revocation without a reason",
        "a revocation that lets speak", "the statement lacks purposes",
        "a ring goes round the Earth twice",
    }  # fmt: skip
    sources = [inspect.getsource(module) for module in (order_limits, zone_limits)]
    tree = ast.parse("".join(sources))
    rules = {
        call.args[1].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "require"
        and isinstance(call.args[1], ast.Constant)
    }
    assert rules - unreachable == set(compiler._MENDS)
    assert unreachable <= rules
