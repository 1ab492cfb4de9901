"""Write the flash of a tag with envelopes waiting; arguments: PATHS COUNT FILE."""

import sys

paths, count, target = sys.argv[1:]
sys.path[:0] = paths.split(":")
import tag_life

file = open(target, "wb")
life = tag_life.Life(tag_life.blank_image())
life.mount()
life.boot()
for number in range(int(count)):
    life.seal(2 if number == 2 else 1)
file.write(life.image())
file.close()
