// The heap that the receiver's parser takes on 32 bits: MicroPython's WebAssembly build from npm.
// usage: node gnss_wasm.mjs PACKAGE FIRMWARE, as `make bench-gnss` calls it.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [pkg, firmware] = process.argv.slice(2);
const entry = path.resolve(pkg, 'micropython.mjs');
const { loadMicroPython } = await import(pathToFileURL(entry).href);
const mp = await loadMicroPython({ heapsize: 4 << 20, stdout: (line) => console.log(line) });
mp.FS.mkdir('/tag');
for (const name of fs.readdirSync(path.join(firmware, 'tag'))) {
  if (!name.endsWith('.py')) continue;
  // This build has no machine code: the kernels run as plain integer code.
  const source = fs.readFileSync(path.join(firmware, 'tag', name), 'utf8')
    .replace(/^ *@micropython\.(viper|native)\n/gm, '');
  mp.FS.writeFile(`/tag/${name}`, source);
}
const test = path.resolve(import.meta.dirname, '../tests/device/test_gnss_heap.py');
mp.FS.writeFile('/test_gnss_heap.py', fs.readFileSync(test, 'utf8'));
mp.FS.writeFile('/cases.py', 'class Skip(Exception):\n    pass\n\ndef data_path(name):\n    raise Skip\n');
mp.runPython(`
import sys
sys.path[:0] = ["/"]
import test_gnss_heap as test
print("largest small int", sys.maxsize)
test.test_the_guard_sees_heap()
test.test_every_type_of_sentence_takes_no_heap()
print("every type of sentence: 0 bytes of heap")
`);
