"""Published vectors of what seal/ does, as bench/on_tag/seal_vectors.py reads them.

A case a line: what, the arguments and the result in hex, "-" for empty, "!" for what is refused.
Sources: RFC 7748, 8032 (the authors' sign.input), 9180, 5869 and NIST's GCM in PyPI's
cryptography-vectors; Wycheproof in ../shared/data/crypto, where it is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cryptography_vectors

ROOT = Path(cryptography_vectors.__file__).parent
WYCHEPROOF = Path(__file__).parents[2] / "shared/data/crypto"


@cache
def sets() -> list[tuple[str, list[list[list[str]]], int]]:
    """Return (name, cases that are taken, number of all) of each set.

    Of the slow ones every n-th is taken, or all where RETICENT_FULL is set.
    """
    is_full = bool(os.getenv("RETICENT_FULL"))
    sets: list[tuple[str, list[list[list[str]]], int]] = []
    for name, cases, step in (
        ("RFC 7748", rfc_7748(), 1),
        ("RFC 8032 sign.input", sign_input(), 128),
        ("NIST GCM", nist_gcm(), 1),
        ("RFC 9180", rfc_9180(), 1),
        ("RFC 5869", rfc_5869(), 1),
        ("Wycheproof X25519", wycheproof_x25519(), 8),
        ("Wycheproof Ed25519", wycheproof_ed25519(), 5),
        ("Wycheproof AES-GCM", wycheproof_aes_gcm(), 1),
        ("Wycheproof HMAC", wycheproof_hmac(), 1),
    ):
        published = list(cases)
        sets.append((name, published[:: 1 if is_full else step], len(published)))
    return sets


def text() -> str:
    """Return the cases that are taken, a line each."""
    groups = [group for _, taken, _ in sets() for group in taken]
    return "".join(
        " ".join(word or "-" for word in case) + "\n" for group in groups for case in group
    )


def taken() -> str:
    """Return how many of each set are taken."""
    return ", ".join(f"{name} {len(some)} of {published:,}" for name, some, published in sets())


def fields_of(path: Path, last: str) -> Iterator[dict[str, str]]:
    """Yield what "name = value" lines have set whenever the last name of a case comes."""
    fields: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, _, value = line.strip("[]").partition("=")
        fields[name.strip()] = value.strip()
        if name.strip() == last:
            yield fields


def rfc_7748() -> Iterator[list[list[str]]]:
    content = (ROOT / "asymmetric/X25519/rfc7748.txt").read_text()
    values = re.findall(r"^(?:INPUT|OUTPUT)_\w+ = (\w+)$", content, re.M)
    for i in range(0, len(values), 3):
        yield [["x25519", *values[i : i + 3]]]


def sign_input() -> Iterator[list[list[str]]]:
    """Yield what each line says: its public key, its signature, and that no other verifies."""
    for line in (ROOT / "asymmetric/Ed25519/sign.input").read_text().splitlines():
        seed, public, message, signed = line.split(":")[:4]
        seed, signature = seed[:64], signed[:128]
        changed = f"{int(signature[0], 16) ^ 1:x}{signature[1:]}"
        yield [
            ["ed25519_public", seed, public],
            ["ed25519_sign", seed, message, signature],
            ["ed25519_verify", public, signature, message, "01"],
            ["ed25519_verify", public, changed, message, "!"],
        ]


def nist_gcm() -> Iterator[list[list[str]]]:
    for bits in (128, 256):
        path = ROOT / f"ciphers/AES/GCM/gcmEncryptExtIV{bits}.rsp"
        for case in fields_of(path, "Tag"):
            if (case["IVlen"], case["Taglen"]) == ("96", "128"):
                words = [case[name] for name in ("Key", "IV", "AAD", "PT")]
                yield [["gcm", *words, case["CT"] + case["Tag"]]]


def rfc_9180() -> Iterator[list[list[str]]]:
    for case in json.loads((ROOT / "HPKE/test-vectors.json").read_text()):
        suite = (case["mode"], case["kem_id"], case["kdf_id"])
        if suite == (0, 32, 1) and case["aead_id"] in (1, 2):
            first = case["encryptions"][0]
            words = [case["pkRm"], case["info"], first["pt"], case["ikmE"], first["aad"]]
            yield [["hpke", f"{case['aead_id']:02x}", *words, case["enc"] + first["ct"]]]


def rfc_5869() -> Iterator[list[list[str]]]:
    for case in fields_of(ROOT / "KDF/rfc-5869-HKDF-SHA256.txt", "OKM"):
        words = [case["salt"], case["IKM"], case["info"], f"{int(case['L']):02x}"]
        yield [["hkdf", *words, case["OKM"]]]


def wycheproof(name: str) -> Iterator[tuple[dict, dict]]:
    """Yield (group, case) of a file; nothing where it is not."""
    path = WYCHEPROOF / f"wycheproof_{name}_even_tcId.json"
    groups = json.loads(path.read_text())["testGroups"] if path.is_file() else []
    for group in groups:
        for case in group["tests"]:
            yield group, case


def wycheproof_x25519() -> Iterator[list[list[str]]]:
    for _, case in wycheproof("x25519"):
        result = "!" if "ZeroSharedSecret" in case["flags"] else case["shared"]
        yield [["x25519_shared", case["private"], case["public"], result]]


def wycheproof_ed25519() -> Iterator[list[list[str]]]:
    for group, case in wycheproof("ed25519"):
        result = "01" if case["result"] == "valid" else "!"
        yield [["ed25519_verify", group["publicKey"]["pk"], case["sig"], case["msg"], result]]


def wycheproof_aes_gcm() -> Iterator[list[list[str]]]:
    """A sealer can only be held to the valid ones, and to the sizes that it must refuse."""
    for group, case in wycheproof("aes_gcm"):
        is_ours = group["keySize"] != 192 and group["ivSize"] == 96
        if case["result"] == "valid" or not is_ours:
            result = case["ct"] + case["tag"] if is_ours else "!"
            yield [["gcm", case["key"], case["iv"], case["aad"], case["msg"], result]]


def wycheproof_hmac() -> Iterator[list[list[str]]]:
    for group, case in wycheproof("hmac_sha256"):
        if case["result"] == "valid" and group["tagSize"] == 256:
            yield [["hmac", case["key"], case["msg"], case["tag"]]]
