// Runs a script on the 32-bit WebAssembly build. usage: node wasm.mjs PACKAGE_FOLDER FOLDER SCRIPT
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [pkg, folder, script] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(path.join(pkg, 'micropython.mjs')));
const mp = await loadMicroPython({ heapsize: 16 << 20, stdout: (line) => console.log(line) });
mp.FS.mkdir('/lib');
mp.FS.mkdir('/lib/tag');
for (const name of fs.readdirSync(path.join(folder, 'tag'))) {
  mp.FS.writeFile(`/lib/tag/${name}`, fs.readFileSync(path.join(folder, 'tag', name)));
}
mp.FS.writeFile('/lib/settings.py', fs.readFileSync(path.join(folder, 'settings.py')));
mp.runPython('import sys\nsys.path.append("/lib")\n' + fs.readFileSync(script, 'utf8'));
