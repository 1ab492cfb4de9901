"""Appendices A and B of docs/FORMAT.md: the worked example and the list of vector files."""

from __future__ import annotations

import json
import re

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reticent.tagcode import batch, envelope
from sealing import SUITE, derive

BEGIN, END = "<!-- made by `make vectors`: begin -->\n", "<!-- end -->\n"
_LINE_BYTES = 16

# Length in bytes, and what stands there.
_PARTS = (
    (1, "tag 18: COSE_Sign1"),
    (1, "an array of 4"),
    (1, "protected header: 13 bytes"),
    (1, "  a map of 2"),
    (2, "  1 (alg): -8 (EdDSA)"),
    (2, "  4 (kid): 8 bytes"),
    (8, "    the tag id"),
    (1, "unprotected header: an empty map"),
    (3, "payload: {payload:,} bytes"),
    (1, "  an array of 4"),
    (1, "  version 1"),
    (2, "  header: 158 bytes"),
    (1, "    an array of 9"),
    (1, "    suite 1"),
    (9, "    tag"),
    (1, "    class 2: ALERT"),
    (5, "    number 2"),
    (5, "    policy_version 1"),
    (2, "    previous"),
    (32, "      SHA-256 of the envelope before it"),
    (2, "    recipients"),
    (32, "      SHA-256 of the two kids below"),
    (2, "    log_head"),
    (32, ""),
    (2, "    commit"),
    (32, ""),
    (1, "  recipients: an array of 2"),
    (1, "    an array of 2"),
    (9, "      the first recipient's kid"),
    (2, "      80 bytes"),
    (32, "        enc"),
    (48, "        wrapped"),
    (1, "    an array of 2"),
    (9, "      the second recipient's kid"),
    (2, "      80 bytes"),
    (32, "        enc"),
    (48, "        wrapped"),
    (3, "  ciphertext: 1,040 bytes"),
    (1024, "    the batch, encrypted"),
    (16, "    GCM's tag"),
    (2, "signature: 64 bytes"),
    (64, ""),
)


def example(file: dict) -> str:
    """Return appendix A's made part, from the file of envelopes."""
    case = next(one for one in file["cases"] if one["name"] == "the worked example")
    data = bytes.fromhex(case["hex"])
    read = envelope.parse(data)
    keys = [X25519PrivateKey.from_private_bytes(bytes.fromhex(one["private_key"]))
            for one in file["recipients"]]  # fmt: skip
    info = envelope.wrap_info(read.header_bytes)
    secret = SUITE.decrypt(read.wrapped[0][1], keys[0], info)
    plain = batch.encode(*case["batch"][1:]).rstrip(b"\0")
    named = [
        ("identity, private (seed)", file["tag"]["identity_seed"]),
        ("identity, public", file["tag"]["public_key"]),
    ]
    for place, one in zip(("first", "second"), file["recipients"]):
        named += [
            (f"{place} recipient, private", one["private_key"]),
            (f"{place} recipient, public", one["public_key"]),
        ]
    named += [
        ("the content secret s", secret.hex()),
        ("commit", derive(secret, envelope.COMMIT_INFO).hex()),
        ("key", derive(secret, envelope.KEY_INFO).hex()),
        ("info's hash: SHA-256(header)", info[len(envelope.WRAP_INFO) :].hex()),
        ("SHA-256 of the envelope", envelope.hash_of(data).hex()),
    ]
    lines = ["| what | hex |", "| --- | --- |"]
    lines += [f"| {name} | `{value}` |" for name, value in named]
    lines += ["", "The batch, 0x80, and zeros up to 1,024 bytes:", ""]
    lines += [f"    {json.dumps(case['batch'])}", ""]
    lines += [f"    {part}" for part in re.findall(".{1,64}", plain.hex())]
    lines += ["", f"The envelope, {len(data):,} bytes:", "", "```", *_dump(data, read), "```"]
    return "\n".join(lines) + "\n"


def _dump(data: bytes, read: envelope.Envelope) -> list[str]:
    lines = []
    at = 0
    for size, text in _PARTS:
        text = text.format(payload=len(read.payload))
        for start in range(at, at + size, _LINE_BYTES):
            part = data[start : min(start + _LINE_BYTES, at + size)]
            lines.append(f"{start:04x}  {part.hex():32}  {text}".rstrip())
            text = ""
        at += size
    if at != len(data):
        raise ValueError("the parts are not the envelope's")
    return lines


def table(files: dict[str, dict]) -> str:
    """Return appendix B's made part, from every file."""
    lines = ["| file | section | read | refused |", "| --- | --- | --- | --- |"]
    for name, content in files.items():
        refused = sum(1 for case in content["cases"] if case.get("refused"))
        read = len(content["cases"]) - refused
        lines.append(f"| `{name}.json` | {content['section']} | {read} | {refused} |")
    return "\n".join(lines) + "\n"


def with_parts(document: str, parts: list[str]) -> str:
    """Return the document with its made parts, in their order, replaced."""
    pieces = re.split(f"({re.escape(BEGIN)}.*?{re.escape(END)})", document, flags=re.S)
    for place, part in zip(range(1, len(pieces), 2), parts, strict=True):
        pieces[place] = BEGIN + part + END
    return "".join(pieces)
