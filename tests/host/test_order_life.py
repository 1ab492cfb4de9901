"""`reticent order` after the first version: signed apart, renewed, compared, revoked, located."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from agency import Agency
from commands import fails
from reticent.archive.keyring import Keyring
from reticent.cli import run
from reticent.orders.life_commands import revocation
from reticent.orders.signing import read_policy
from reticent.tagcode import cose, locate, policy

EXAMPLE = Path(__file__).parents[2] / "examples" / "order"
RENEWAL = ["--from", "2027-02-22", "--until", "2027-05-24", "--review", "2027-04-05"]
REVIEW = ["--reviewed-on", "2027-02-15", "--reviewed-by", "Judge B.", "--finding", "It is needed."]


@pytest.fixture
def desk(tmp_path):
    """A folder with a registered tag, a ring and the example order, signed."""
    agency = Agency(tmp_path)
    shutil.rmtree(agency.ring.folder)
    agency.ring = Keyring.create(tmp_path / "keys", 1_795_392_000, 40)
    shutil.copytree(EXAMPLE, tmp_path / "order")
    assert sign(agency, tmp_path / "order" / "order.toml", "v1.cose") == 0
    return agency


def sign(agency, text, out, *more):
    arguments = ["order", "sign", str(text), "--keys", str(agency.ring.folder)]
    arguments += ["--tag", str(agency.tag_file), "--out", str(agency.folder / out)]
    return run([*arguments, *map(str, more)])


def issuer(agency):
    return str(agency.ring.folder / "issuer.public.pem")


def test_who_signs_needs_nothing_that_opens(desk, capsys):
    folder = desk.folder
    assert run(["keys", "list", str(desk.ring.folder), "--public"]) == 0
    (folder / "recipients.toml").write_text(capsys.readouterr().out)
    shutil.copy(desk.ring.folder / "issuer.pem", folder / "issuer.pem")
    os.rename(desk.ring.folder, folder / "locked away")
    arguments = ["order", "sign", str(folder / "order" / "order.toml"), "--tag"]
    arguments += [str(desk.tag_file), "--issuer-key", str(folder / "issuer.pem"), "--out"]
    arguments += [str(folder / "apart.cose")]
    assert run([*arguments, "--recipients", str(folder / "recipients.toml")]) == 0
    payloads = [cose.parse((folder / name).read_bytes())[1] for name in ("v1.cose", "apart.cose")]
    assert payloads[0] == payloads[1]
    fails(capsys, arguments, 2, "name a key ring with --keys, or --issuer-key and --recipients")


def test_an_order_that_promises_less_than_its_keys_keep_is_refused(desk, capsys):
    text = desk.folder / "order" / "order.toml"
    text.write_text(text.read_text().replace("retention_days = 60", "retention_days = 30"))
    arguments = ["order", "sign", str(text), "--keys", str(desk.ring.folder), "--tag"]
    arguments += [str(desk.tag_file), "--out", str(desk.folder / "less.cose")]
    fails(capsys, arguments, 2, "order.toml:20: 30 days, but these keys are kept for 60")


def test_orders_are_for_this_account_alone(desk):
    """Their zones are coordinates, and one may be a home."""
    text, out = desk.folder / "order" / "order.toml", desk.folder / "next"
    assert run(["order", "renew", str(text), "--out", str(out), *RENEWAL]) == 0
    assert sign(desk, out / "order.toml", "v2.cose") == 0
    made = [desk.folder / "v1.cose", desk.folder / "v2.cose", *out.iterdir()]
    assert len(made) > 3
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_without_a_review_a_renewal_says_less(desk, capsys):
    text, out = desk.folder / "order" / "order.toml", desk.folder / "next"
    assert run(["order", "renew", str(text), "--out", str(out), *RENEWAL]) == 0
    assert "not reviewed: its level falls to breach" in capsys.readouterr().out
    before = desk.folder / "v1.cose"
    assert sign(desk, out / "order.toml", "v2.cose", "--after", before) == 0
    fields = read_policy((desk.folder / "v2.cose").read_bytes(), desk.ring.issuer_public())
    assert (fields[policy.VERSION], fields[policy.LEVEL]) == (2, policy.BREACH)
    # By hand back at the old level: the tool refuses what the tag would.
    loose = (out / "order.toml").read_text().replace('"breach"', '"coarse"')
    (out / "order.toml").write_text(loose)
    arguments = ["order", "sign", str(out / "order.toml"), "--keys", str(desk.ring.folder)]
    arguments += ["--tag", str(desk.tag_file), "--after", str(before), "--out"]
    arguments += [str(desk.folder / "v2b.cose")]
    fails(capsys, arguments, 2, "looser or longer without a review: record the review")


def test_with_a_review_it_goes_on_and_tells_of_it(desk, capsys):
    text, out = desk.folder / "order" / "order.toml", desk.folder / "next"
    assert run(["order", "renew", str(text), "--out", str(out), *RENEWAL, *REVIEW]) == 0
    assert sign(desk, out / "order.toml", "v2.cose", "--after", desk.folder / "v1.cose") == 0
    capsys.readouterr()
    command = ["order", "diff", str(desk.folder / "v1.cose"), str(desk.folder / "v2.cose")]
    assert run([*command, "--issuer", issuer(desk)]) == 0
    said = capsys.readouterr().out
    for line in (
        "version: 1 -> 2",
        "not_after: 2027-02-22T00:00:00Z -> 2027-05-24T00:00:00Z",
        "review: new: 2027-02-15T00:00:00Z by Judge B.: It is needed.",
    ):
        assert line in said, (line, said)
    assert "level" not in said
    assert run([*command, "--issuer", issuer(desk), "--json"]) == 0
    assert {one["field"] for one in json.loads(capsys.readouterr().out)} >= {"version", "review"}
    again = ["order", "renew", str(out / "order.toml"), "--out", str(desk.folder / "third")]
    assert run([*again, *RENEWAL, *REVIEW]) == 0
    assert (desk.folder / "third" / "order.toml").read_text().count("[review]") == 1
    fails(capsys, [*again, *RENEWAL, *REVIEW[:2]], 2, "give all three")


def test_a_revocation_ends_the_order_and_bars_it(desk, capsys):
    command = ["order", "revoke", str(desk.folder / "v1.cose"), "--keys", str(desk.ring.folder)]
    command += ["--reason", "acquitted", "--now", "2026-12-01T10:00:30Z", "--out"]
    assert run([*command, str(desk.folder / "end.cose")]) == 0
    fields = read_policy((desk.folder / "end.cose").read_bytes(), desk.ring.issuer_public())
    assert fields[policy.REVOKED] == "acquitted"
    assert (fields[policy.ZONES], fields[policy.LEVEL]) == ([], policy.PRESENCE)
    assert len(fields[policy.RECIPIENTS][1]) == 2
    publish = ["order", "publish", str(desk.folder / "end.cose"), "--issuer", issuer(desk)]
    assert run([*publish, "--database", str(desk.database)]) == 0
    assert desk.store.state(desk.tag.id).least_policy_version == 2
    capsys.readouterr()
    assert run(["order", "show", str(desk.folder / "end.cose"), "--issuer", issuer(desk)]) == 0
    assert "acquitted" in capsys.readouterr().out
    over = fields[policy.NOT_AFTER]
    with pytest.raises(Exception, match="the order is over already"):
        revocation(fields, "again", over)


def allowing(desk):
    """Sign the example with locate orders allowed."""
    text = desk.folder / "order" / "order.toml"
    text.write_text(text.read_text() + '\n[exceptions]\nlocate = "The wearer was ill before."\n')
    assert sign(desk, text, "locating.cose") == 0
    desk.store.publish(desk.tag.id, 1, (desk.folder / "locating.cose").read_bytes())
    return desk.folder / "locating.cose"


def locating(desk, signed, number, *more):
    command = ["order", "locate", str(signed), "--keys", str(desk.ring.folder)]
    command += ["--number", str(number), "--reason", "no answer at the door", "--case", "77"]
    command += ["--until", "2026-11-23T12:00:00Z", "--now", "2026-11-23T08:00:00Z"]
    return [*command, "--database", str(desk.database), "--log", str(desk.folder / "log"), *more]


def test_a_locate_order_is_signed_logged_published_and_limited(desk, capsys):
    fails(capsys, locating(desk, desk.folder / "v1.cose", 1), 2, "allows no locate orders")
    signed = allowing(desk)
    for number in (1, 2, 3):
        assert run(locating(desk, signed, number, "--out", str(desk.folder / f"{number}"))) == 0
    capsys.readouterr()
    fails(capsys, locating(desk, signed, 4), 2, "3 locate orders were given under this version")
    assert locate.is_one((desk.folder / "1").read_bytes())
    assert not locate.is_one(signed.read_bytes())
    lines = (desk.folder / "log" / f"{desk.tag.id.hex()}.jsonl").read_text().splitlines()
    assert len(lines) == 3
    assert "locate order 1, until 2026-11-23T12:00:00Z: no answer" in lines[0]
    acked, answer = desk.take(desk.seal([]))
    assert acked == [1]
    assert answer == (desk.folder / "3").read_bytes()


def test_a_locate_order_and_a_newer_policy_do_not_keep_each_other_back(desk):
    signed = allowing(desk)
    assert run(locating(desk, signed, 1)) == 0
    desk.store.publish(desk.tag.id, 2, b"a revocation")
    answers = [desk.take(desk.seal([]))[1] for _ in range(2)]
    assert b"a revocation" in answers
    assert sum(locate.is_one(one) for one in answers) == 1


def test_a_locate_order_that_no_tag_takes_is_not_signed(desk, capsys):
    signed = allowing(desk)
    for changes, message in (
        (["--until", "2026-11-25T00:00:00Z"], "over a day from issue to expiry"),
        (["--until", "2026-11-22T00:00:00Z"], "over a day from issue to expiry"),
        (["--number", "0"], "version or number"),
        (["--reason", " "], "without person, reason or case"),
    ):
        command = locating(desk, signed, 1)
        command[command.index(changes[0]) + 1] = changes[1]
        fails(capsys, command, 2, message)
    assert not (desk.folder / "log").exists()


def test_the_version_that_a_tag_sealed_under_bars_those_below(desk):
    first = (desk.folder / "v1.cose").read_bytes()
    desk.store.publish(desk.tag.id, 1, first)
    desk.store.publish(desk.tag.id, 2, b"a newer order")
    desk.take(desk.seal([]))
    assert desk.store.state(desk.tag.id).least_policy_version == 1
    desk.tag.policy_version = 2
    desk.take(desk.seal([]))
    assert desk.store.state(desk.tag.id).least_policy_version == 2
    desk.tag.policy_version = 9  # never published: a lie bars nothing
    desk.take(desk.seal([]))
    assert desk.store.state(desk.tag.id).least_policy_version == 2
