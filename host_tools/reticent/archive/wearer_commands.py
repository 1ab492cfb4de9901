"""`reticent wearer-key`."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reticent.archive import wearer
from reticent.console import say, say_json, tell
from reticent.errors import BadInput
from reticent.files import PRIVATE, PUBLIC, read_text, write_all_new


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
    if not out.name:
        raise BadInput(f"{out}: is a folder; name a file")
    public = out.with_name(out.name + ".public.toml")
    if public.exists() and not from_words:
        raise BadInput(f"{public} exists; choose another name")
    if public.exists() and wearer.read_public(public) != wearer.public_of(key):
        raise BadInput(f"{public}: is another key's; these are not its words")
    files = {} if public.exists() else {public: (wearer.public_text(key).encode(), PUBLIC)}
    if qr is not None:
        files[qr] = wearer.drawn(key), PRIVATE
    if not words and qr is None:
        files[out] = wearer.pem(key), PRIVATE
    said: dict[str, object] = {"public": str(public), "key": wearer.public_of(key).hex()}
    if words:
        # Before the files: a public half alone would seal what nobody can ever open.
        text = wearer.to_words(key)
        tell(text, {**said, "words": text}, as_json=json)
    write_all_new(files)
    if json:
        if not words:
            say_json(said)
        return
    where = "24 words above" if words else str(qr or out)
    say(f"{public}: for the agency; the key itself: {where}, for the wearer alone")
