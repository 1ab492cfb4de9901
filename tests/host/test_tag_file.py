"""From the file about a tag to its first boot and its registration, as its maker does it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from commands import fails
from reticent.bench.registration import read_tags
from reticent.cli import run
from reticent.collector.certificate import Term, make_certificates
from reticent.sim.tag import Network, SimulatedTag
from reticent.tagcode import config, envelope

START_S = 1_772_323_200
WHOLE = """issuer = "issuer.public.pem"
baud = 9600

[uplink]
host = "collector.example"
port = 8443
ca = "ca/ca.pem"
ssid = "field"
key = "a long enough key"
"""
PASSIVE = WHOLE.partition("[uplink]")[0]


@pytest.fixture
def place(tmp_path):
    key = Ed25519PrivateKey.generate().public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "issuer.public.pem").write_bytes(pem)
    make_certificates(tmp_path / "ca", "collector.example", Term(START_S, START_S + 86_400))
    return tmp_path


def write(place, text):
    path = place / "tag.toml"
    path.touch(mode=0o600)
    path.write_text(text)
    return path


@pytest.mark.parametrize(("board", "text"), [("pico", PASSIVE), ("pico_w", WHOLE)])
def test_a_tag_boots_with_it_and_is_registered(place, capsys, board, text):
    out, flash = place / "out", place / "chip"
    flash.mkdir()
    assert run(["personalise", str(out), "--config", str(write(place, text))]) == 0
    assert f"mpremote cp -r {out}/config {out}/secrets :" in capsys.readouterr().out
    files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    tag = SimulatedTag(flash, board, START_S)
    identity = tag.begin(files, Network("", 1, b"", up=False))
    (out / "identity.pub").write_bytes(identity)
    assert run(["register", str(out), "--tags", str(place / "tags")]) == 0
    registered = read_tags(place / "tags")[envelope.kid_of(identity)]
    assert registered.identity.public_key == identity
    assert registered.ack_key == config.decode(files["config"]).ack_key


def test_the_configuration_says_what_the_file_says(place):
    path = str(write(place, WHOLE))
    for name in "ab":
        assert run(["personalise", str(place / name), "--config", path]) == 0
    one, other = (config.decode((place / name / "config").read_bytes()) for name in "ab")
    assert one.ack_key != other.ack_key
    assert (one.host, one.port, one.ssid) == ("collector.example", 8443, "field")
    assert (one.wifi_key, one.gnss_baud) == ("a long enough key", 9600)
    assert one.ca_der == (place / "ca" / "ca.der").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("9600", "300", "tag.toml:2: `baud` is a whole number from 1200 to 921600"),
        ("9600", '"9600"', "tag.toml:2: `baud` is a whole number"),
        ("8443", "0", "tag.toml:6: `port` is a whole number from 1 to 65535"),
        ("collector.example", "https://collector.example", "tag.toml:5: 'https"),
        ("collector.example", "a..b", "tag.toml:5: 'a..b' is no host name"),
        ("collector.example", "999.1.1.1", "tag.toml:5: 999.1.1.1 is no IPv4 address"),
        ("field", "f" * 33, "tag.toml:8: `ssid` has 1 to 32 bytes"),
        ("a long enough key", "short", "tag.toml:9: `key` has 8 to 63 ASCII characters"),
        ("ca/ca.pem", "ca/ca.key", "ca/ca.key: not one certificate in PEM"),
        ("ca/ca.pem", "none.pem", "none.pem: No such file"),
        ("issuer.public.pem", "ca/ca.pem", "not an Ed25519 public key"),
        ("port = 8443\n", "", "tag.toml:4: `port` is missing"),
        ("port", "ports", "tag.toml:6: no such key: ports"),
        ("[uplink]", "[up]", "tag.toml:4: no such key: up"),
        ("baud =", "baud", "tag.toml:2: not TOML"),
    ],
)
def test_bad_files_are_refused_whole(place, capsys, old, new, message):
    path = write(place, WHOLE.replace(old, new, 1))
    fails(capsys, ["personalise", str(place / "out"), "--config", str(path)], 2, message)
    assert not (place / "out").exists()


def test_a_wifi_key_is_for_this_account_alone(place, capsys):
    path = write(place, WHOLE)
    path.chmod(0o644)
    fails(capsys, ["personalise", str(place / "o"), "--config", str(path)], 2, "chmod 600")
    assert run(["personalise", str(place / "p"), "--config", str(write(place, PASSIVE))]) == 0


def test_only_what_was_personalised_is_registered(place, capsys):
    command = ["register", str(place), "--tags", str(place / "tags")]
    fails(capsys, command, 2, "config: No such file")
    (place / "config").write_bytes(b"\x80")
    fails(capsys, command, 2, "not what personalise --config wrote")
    assert not (place / "tags").exists()
