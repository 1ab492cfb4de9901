"""What this build is. The image builder writes the real file; this one is a source checkout's."""

VERSION = 0x000100  # 0.1.0
TRACES = False  # True prints a dying task's traceback, which may hold anything
BUILD_UTC_S = 1_793_404_800  # 2026-10-31: time never runs below the build date
