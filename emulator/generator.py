"""The random generator's state as it lies on a flash: it must be another after each boot."""

from __future__ import annotations

from reticent.tagcode import vault


def state_of(files: dict[str, bytes]) -> bytes | None:
    """Return the state in the newer of the secrets' two blocks; None where neither has one."""
    found: list[tuple[int, bytes]] = []
    for index, name in enumerate(vault.NAMES):
        page = files.get(f"secrets/{name}", b"")[vault.PAGE_BYTES : 2 * vault.PAGE_BYTES]
        sequence, record = vault.decode_page(index, page) if page else (0, None)
        if record is not None:
            found.append((sequence, vault.decode(record).state))
    return max(found)[1] if found else None
