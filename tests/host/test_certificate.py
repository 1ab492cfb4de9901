"""collector/certificate: what a tag's TLS needs of a pinned authority and a server."""

import stat
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from reticent.clock import parse_utc
from reticent.collector.certificate import Term, make_certificates
from reticent.errors import BadInput, WontOverwrite

TERM = Term(parse_utc("2005-01-01"), parse_utc("2006-01-01"))


def load(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def verify(folder, name, moment):
    store = Store([x509.load_der_x509_certificate((folder / "ca.der").read_bytes())])
    builder = PolicyBuilder().store(store).time(moment)
    return builder.build_server_verifier(x509.DNSName(name)).verify(
        load(folder / "server.pem"), []
    )


def test_an_independent_verifier_accepts_the_chain_in_its_term_for_its_name(tmp_path):
    make_certificates(tmp_path, "localhost", TERM)
    verify(tmp_path, "localhost", datetime(2005, 6, 1, tzinfo=UTC))
    for name, moment in (("elsewhere", datetime(2005, 6, 1)), ("localhost", datetime(2007, 1, 1))):
        with pytest.raises(VerificationError):
            verify(tmp_path, name, moment.replace(tzinfo=UTC))


def test_the_keys_are_on_p256_and_private(tmp_path):
    make_certificates(tmp_path, "collector.example", TERM)
    for name in ("ca", "server"):
        key = load(tmp_path / f"{name}.pem").public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp256r1"
        assert stat.S_IMODE((tmp_path / f"{name}.key").stat().st_mode) == 0o600


def test_loopback_is_always_among_the_names(tmp_path):
    for number, (name, expected) in enumerate((
        ("collector.example", ["collector.example", "127.0.0.1"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("192.0.2.7", ["192.0.2.7", "127.0.0.1"]),
    )):  # fmt: skip
        make_certificates(tmp_path / str(number), name, TERM)
        server = load(tmp_path / str(number) / "server.pem")
        names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert [str(entry.value) for entry in names] == expected, name


def test_an_authority_is_never_overwritten_and_a_term_runs_forward(tmp_path):
    make_certificates(tmp_path, "localhost", TERM)
    with pytest.raises(WontOverwrite):
        make_certificates(tmp_path, "localhost", TERM)
    with pytest.raises(BadInput, match="ends before it starts"):
        make_certificates(tmp_path / "x", "localhost", Term(TERM.until_s, TERM.from_s))
