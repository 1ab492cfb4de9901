"""Run one test file under MicroPython: every test_*(), one line of outcome each (see
tests/conftest.py).

usage: micropython run_micropython.py FIRMWARE SUPPORT FILE [FOLDER ...]
"""

import sys
import time

firmware, support, path = sys.argv[1:4]
folder, name = path.rsplit("/", 1)
sys.path[:0] = [firmware, support, folder]

from cases import Skip

# Last, so that what shadows the interpreter's modules does so for the test file alone.
sys.path[:0] = sys.argv[4:]
module = __import__(name[:-3])
for test in sorted(attribute for attribute in dir(module) if attribute.startswith("test_")):
    started_ms = time.ticks_ms()
    try:
        getattr(module, test)()
        outcome = "PASS"
    except Skip as reason:
        outcome = "SKIP " + str(reason)
    except Exception as error:
        sys.print_exception(error)
        outcome = "FAIL"
    print("\x01%s %d %s" % (test, time.ticks_diff(time.ticks_ms(), started_ms), outcome))
