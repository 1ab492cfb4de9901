"""What survives a power cut: files on LittleFS under a root that is handed in."""


class StoreError(Exception):
    """What is stored is not what was written: nothing may be sealed on top of it."""
