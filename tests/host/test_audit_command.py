"""`reticent audit`: what it reads, how it ends, and what it logs."""

import json
import shutil
import sqlite3
import stat

import pytest

import orders
from agency import SLOT, START_S, WEEK, Agency
from commands import fails
from reticent.archive.access_log import AccessLog, Opening
from reticent.cli import run
from reticent.orders.signing import sign_policy
from reticent.tagcode import batch, events, policy, record
from sealing import Tag

OFF_GRID = [record.coarse(SLOT + 10, (15_000, 99_999))]
OFF_GRID += [record.coarse(SLOT + n, None) for n in (11, 12, 13)]
OPENING = ["--role", "officer,duty", "--reason", "yearly audit", "--case", "A-7"]


@pytest.fixture
def agency(tmp_path):
    """Return an agency in a run's folder, with an order and three envelopes that keep to it."""
    (tmp_path / ".reticent-run").touch()
    made = Agency(tmp_path)
    keys = made.ring.recipients(START_S, START_S + 1)
    fields = orders.fields(
        TAG=made.tag.id,
        NOT_BEFORE=START_S,
        NOT_AFTER=START_S + 7 * 86_400,
        REVIEW_BY=START_S + 6 * 86_400,
        RECIPIENTS=[WEEK, keys.duty, keys.officer, keys.wearer],
    )
    made.fields = fields
    made.signed = sign_policy(fields, made.ring.issuer())
    made.store.publish(made.tag.id, 1, made.signed)
    first = [record.event(SLOT + 3, events.BOOT, 1), record.health(SLOT + 3, None, 256, [9])]
    cells = [record.coarse(SLOT + n, (15_000, 7)) for n in (2, 3, 4, 5)]
    more = [record.coarse(SLOT + n, None) for n in (6, 7, 8, 9)]
    made.take(made.seal(first), made.seal(cells), made.seal(more))
    yield made
    made.store.close()


def audit(agency, *more):
    return ["audit", str(agency.folder), *more]


def found(capsys):
    result = json.loads(capsys.readouterr().out)
    return {one["code"] for one in result["findings"]}, result


def test_a_clean_run_is_status_0_with_and_without_keys(agency, capsys):
    assert run(audit(agency)) == 0
    out = capsys.readouterr().out
    assert "3 envelopes of 1 tag, 0 opened, 1 order: 0 violations, 0 notices" in out
    assert "Nothing was opened" in out
    assert agency.log.entries(agency.tag.id) == []
    assert run(audit(agency, *OPENING, "--json", "--now", "2026-12-01T00:00:00Z")) == 0
    codes, result = found(capsys)
    assert codes == set()
    assert (result["envelopes"], result["opened"], result["violations"]) == (3, 3, 0)
    entries = agency.log.entries(agency.tag.id)
    assert [(one["role"], one["reason"], one["case"]) for one in entries] == [
        ("officer", "yearly audit", "A-7")
    ], "the duty desk's keys open nothing here, so nothing is logged for them"
    assert entries[0]["time"].startswith("2026-12-01T00:00:0")
    head = agency.log.head(agency.tag.id)
    assert agency.store.state(agency.tag.id).log_head == head


def test_a_finding_is_a_row_and_status_1(agency, capsys):
    agency.take(agency.seal(OFF_GRID))
    assert run(audit(agency, "--role", "wearer", "--reason", "x", "--case", "y")) == 1
    captured = capsys.readouterr()
    assert captured.err == "reticent: 1 violation found; keep everything as it is\n"
    assert "cell-off-grid" in captured.out
    assert max(len(line) for line in captured.out.splitlines()) <= 80
    words = " ".join(captured.out.replace("│", " ").split())
    assert "The cell of 2026-11-23T02:30Z to 02:45Z is none of the grid" in words
    assert "[DESIGN 3, FORMAT 8]" in words


def test_json_says_everything_of_a_finding(agency, capsys):
    agency.take(agency.seal(OFF_GRID))
    assert run(audit(agency, *OPENING, "--json")) == 1
    _, result = found(capsys)
    assert result["findings"] == [
        {
            "code": "cell-off-grid",
            "severity": "violation",
            "tag": agency.tag.id.hex(),
            "envelope": 4,
            "policy_version": 1,
            "sentence": "The cell of 2026-11-23T02:30Z to 02:45Z is none of the grid of 1000 m.",
            "rule": "DESIGN 3, FORMAT 8",
        }
    ]


def test_the_collectors_evidence_of_a_fork_is_found(agency, capsys):
    agency.tag.number -= 1
    agency.take(agency.seal([]))
    assert run(audit(agency, "--json")) == 1
    assert found(capsys)[0] == {"fork"}


def test_envelopes_are_read_from_a_file_or_a_folder_too(agency, tmp_path, capsys):
    sealed = [one.sealed for one in agency.store.envelopes()]
    one, many = tmp_path / "all.cbor", tmp_path / "many"
    one.write_bytes(b"".join(sealed))
    many.mkdir()
    for number, data in enumerate(reversed(sealed)):
        (many / f"{number}.bin").write_bytes(data)
    (many / "again.bin").write_bytes(sealed[1])
    policy_file = tmp_path / "p.cose"
    policy_file.write_bytes(agency.signed)
    given = ["--tags", str(agency.tags), "--policy", str(policy_file)]
    issuer = ["--issuer", str(agency.ring.folder / "issuer.public.pem")]
    for path in (one, many):
        assert run(["audit", "--envelopes", str(path), *given, *issuer, "--json"]) == 0, path
        codes, result = found(capsys)
        assert (codes, result["envelopes"], result["orders"]) == (set(), 3, 1)
        assert run(["audit", "--envelopes", str(path), *given, "--json"]) == 0
        assert found(capsys)[0] == {"order-unverified"}
    opening = ["--keys", str(agency.ring.folder), *OPENING, "--log", str(tmp_path / "log")]
    assert run(["audit", "--envelopes", str(many), *given, *opening, "--json"]) == 0
    assert found(capsys)[1]["opened"] == 3
    assert len(AccessLog(tmp_path / "log").entries(agency.tag.id)) == 1
    agency.tag.number -= 1
    (many / "fork.bin").write_bytes(agency.seal([]))
    assert run(["audit", "--envelopes", str(many), *given, *issuer, "--json"]) == 1
    assert found(capsys)[0] == {"fork"}


def test_the_access_log_is_audited(agency, capsys):
    agency.open()
    assert run(audit(agency)) == 0
    path = next(agency.log._folder.iterdir())
    lines = path.read_text()
    capsys.readouterr()

    path.write_text(lines.replace("weekly review", "some thing"))
    assert run(audit(agency, "--json")) == 0, "the last line has nothing after it"
    assert found(capsys)[0] == set()
    head = agency.store.state(agency.tag.id).log_head
    agency.take(agency.seal([], log_head=head))
    assert run(audit(agency, "--json")) == 1, "but the tag has signed the right one's head"
    assert found(capsys)[0] == {"log-rewritten"}

    path.write_text(lines)
    assert run(audit(agency, "--json")) == 0
    capsys.readouterr()
    path.write_text(lines + lines)
    assert run(audit(agency, "--json")) == 1
    assert found(capsys)[0] == {"log-broken"}

    path.rename(path.with_name("gone"))
    assert run(audit(agency, "--json")) == 1, "a log that is not there is an empty one"
    assert found(capsys)[0] == {"log-rewritten"}
    shutil.move(path.parent, agency.folder / "elsewhere")
    assert run(audit(agency, "--json")) == 1
    assert found(capsys)[0] == {"log-rewritten"}
    shutil.move(agency.folder / "elsewhere", path.parent)
    path.with_name("gone").unlink()

    path.write_text(lines.replace("weekly review", " "))
    assert run(audit(agency, "--json")) == 1
    assert found(capsys)[0] == {"opening-without-reason", "log-rewritten"}


def test_a_tag_that_is_told_of_less_of_the_log_than_before_shows_it(agency, capsys):
    heads = []
    for _ in range(2):
        agency.open()
        heads.append(agency.store.state(agency.tag.id).log_head)
    agency.take(agency.seal([], log_head=heads[0]), agency.seal([], log_head=heads[1]))
    assert run(audit(agency, "--json")) == 0
    capsys.readouterr()
    agency.take(agency.seal([], log_head=heads[0]))
    assert run(audit(agency, "--json")) == 1
    assert found(capsys)[0] == {"log-rewritten"}


def test_an_entry_before_the_last_ones_time_is_noticed(agency, capsys):
    for utc_s in (START_S + 9, START_S):
        agency.log.append(Opening(agency.tag.id, "A", "officer", "why", "7", []), utc_s)
    assert run(audit(agency, "--json")) == 0
    assert found(capsys)[0] == {"log-time-back"}


def test_two_orders_under_one_version_are_found(agency, tmp_path, capsys):
    same, other = tmp_path / "same.cose", tmp_path / "other.cose"
    same.write_bytes(agency.signed)
    other.write_bytes(sign_policy({**agency.fields, policy.CELL_M: 2_000}, agency.ring.issuer()))
    assert run(audit(agency, "--policy", str(same), "--json")) == 0
    assert found(capsys)[0] == set()
    assert run(audit(agency, "--policy", str(other), "--json")) == 1
    assert found(capsys)[0] == {"order-twice"}


def test_the_order_that_promises_least_says_when_keys_are_late(agency, capsys):
    less = sign_policy(
        {**agency.fields, policy.VERSION: 2, policy.RETENTION_DAYS: 30}, agency.ring.issuer()
    )
    later = ["--json", "--now", "2026-12-30T00:00:00Z"]  # 37 days; the ring itself says 60
    assert run(audit(agency, *later)) == 0
    capsys.readouterr()
    agency.store.publish(agency.tag.id, 2, less)
    assert run(audit(agency, *later)) == 1
    assert found(capsys)[0] == {"keys-late"}


def test_an_order_in_the_database_that_nobody_signed_moves_no_cell(agency, tmp_path, capsys):
    forged = agency.signed[:-1] + bytes([agency.signed[-1] ^ 1])
    agency.store.close()
    with sqlite3.connect(agency.database) as database:
        database.execute("update policies set signed = ?", (forged,))
    out = tmp_path / "out.csv"
    export = ["export", str(agency.folder), "--role", "officer", "--reason", "r", "--case", "7"]
    assert run([*export, "--out", str(out)]) == 1
    assert "not signed by the issuer" in capsys.readouterr().err
    assert not out.exists()
    with sqlite3.connect(agency.database) as database:
        database.execute("update policies set signed = ?", (agency.signed,))
    assert run([*export, "--out", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_bad_input_is_one_line_and_status_2_and_nothing_is_opened(agency, tmp_path, capsys):
    cut, junk = tmp_path / "cut", tmp_path / "junk"
    first = agency.store.envelopes()[0].sealed
    cut.write_bytes(first + first[:-1])
    junk.write_bytes(b"no envelope")
    (tmp_path / "empty").mkdir()
    other = tmp_path / "other"
    shutil.copytree(agency.ring.folder, other)
    (other / "ring.sealed").write_text("no key")
    tags = ["--tags", str(agency.tags)]
    cases = (
        (["audit"], "no envelopes: name a run's folder, --database or --envelopes"),
        (["audit", str(tmp_path / "none")], "none: is no run's folder"),
        (["audit", str(tmp_path / "empty")], "empty: is no run's folder"),
        (audit(agency, "--database", str(tmp_path / "none")), "none: no such database"),
        (["audit", "--envelopes", str(cut)], "no registered tags: name their folder"),
        (["audit", "--envelopes", str(cut), *tags], f"cut: byte {len(first)}: not an envelope"),
        (["audit", "--envelopes", str(junk), *tags], "junk: byte 0: not an envelope"),
        (["audit", "--envelopes", str(tmp_path / "none"), *tags], "none: No such file"),
        (audit(agency, "--policy", str(junk)), "junk: not a signed policy, or damaged"),
        (audit(agency, "--policy", str(tmp_path)), "Is a directory"),
        (audit(agency, "--issuer", str(junk)), "junk: not an Ed25519 public key"),
        (audit(agency, "--tags", str(junk)), "junk: no folder of registered tags"),
        (audit(agency, "--database", str(junk)), "junk: not a usable database"),
        (audit(agency, "--role", "officer"), "give a --reason and a --case"),
        (audit(agency, "--reason", "x", "--case", "y"), "but no --role"),
        (audit(agency, *OPENING[:3], " ", "--case", "y"), "no reason: an opening needs one"),
        (audit(agency, *OPENING, "--keys", str(junk)), "junk: one key opens for the wearer only"),
        (audit(agency, *OPENING, "--keys", str(other)), "ring.sealed: not a sealed ring"),
        (audit(agency, "--role", "clerk", *OPENING[2:]), "'clerk' is no role"),
        (audit(agency, *OPENING, "--now", "noon"), "'noon' is not a time"),
        (["audit", "--envelopes", str(agency.database), *tags], "byte 0: not an envelope"),
    )
    for arguments, message in cases:
        fails(capsys, arguments, 2, message)
    assert agency.log.entries(agency.tag.id) == [], "nothing was opened"


def test_an_envelope_of_another_tag_is_told(agency, capsys):
    other = Tag(agency.officer)
    sealed = other.seal([], batch.ROUTINE, WEEK)
    path = agency.folder / "other.cbor"
    path.write_bytes(sealed)
    assert run(audit(agency, "--envelopes", str(path), "--policy", str(_policy(agency)))) == 1
    assert "tag-unknown" in capsys.readouterr().out


def _policy(agency):
    path = agency.folder / "policy.cose"
    path.write_bytes(agency.signed)
    return path
