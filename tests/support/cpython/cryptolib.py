"""MicroPython's cryptolib for the CPython rung: AES in ECB mode through `cryptography`."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ECB = 1


class aes:
    """One key, ECB, encrypting only: the tag never decrypts."""

    def __init__(self, key: bytes, mode: int) -> None:
        if mode != _ECB:
            raise ValueError("this shim has ECB only")
        self._encryptor = Cipher(algorithms.AES(bytes(key)), modes.ECB()).encryptor()

    def encrypt(self, data: bytes, output: bytearray | None = None) -> bytes | None:
        block = self._encryptor.update(bytes(data))
        if output is None:
            return block
        output[: len(block)] = block
        return None
