"""The tag on the real MicroPython interpreter, on mocked hardware."""
