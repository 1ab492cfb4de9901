"""`reticent wearer-key`."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reticent.archive import wearer
from reticent.console import say, say_json
from reticent.errors import BadInput
from reticent.files import PUBLIC, read_text, write_new


def make_wearer_key(
    out: Path,
    *,
    words: bool = False,
    qr: Path | None = None,
    from_words: bool = False,
    json: bool = False,
) -> None:
    """Make the wearer's own key, apart from the agency: on the wearer's device, or on paper.

    Only OUT.public.toml goes to the agency. Whoever has the key reads all that the tag told; if it
    is lost, nobody can make it again. A new order takes a new one.

    Parameters
    ----------
    out
        The private key's file, and OUT.public.toml beside it; nothing is overwritten.
    words
        Print the key as 24 words instead of writing a file for it.
    qr
        Draw it as a QR code into this SVG instead.
    from_words
        Take the 24 words from standard input, and write the key's file again.
    json
        Print JSON.
    """
    if from_words:
        key = wearer.from_words(read_text(Path("/dev/stdin")))
    else:
        key = X25519PrivateKey.generate()
    public = out.with_name(out.name + ".public.toml")
    if from_words and public.exists() and wearer.read_public(public) != wearer.public_of(key):
        raise BadInput(f"{public}: is another key's; these are not its words")
    if not public.exists():
        write_new(public, wearer.public_text(key).encode(), PUBLIC)
    elif not from_words:
        raise BadInput(f"{public} exists; choose another name")
    if qr is not None:
        wearer.draw(key, qr)
    if words:
        say(wearer.to_words(key))
    if not words and qr is None:
        wearer.write(out, key)
    where = "24 words above" if words else str(qr or out)
    if json:
        say_json({"public": str(public), "key": wearer.public_of(key).hex()})
    else:
        say(f"{public}: for the agency; the key itself: {where}, for the wearer alone")
