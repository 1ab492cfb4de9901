// Runs a script on an emulated Pico, with both models of the flash cache, or those named.
// usage: node pico.mjs UF2 BOOTROM FS_IMAGE MODULE [CYCLES_A_MISS ...]
import fs from 'node:fs';
import { Pico } from '../../emulator/pico.mjs';

const [uf2, bootrom, image, script, ...misses] = process.argv.slice(2);
for (const xipMiss of misses.length ? misses.map(Number) : [0, 42]) {
  const pico = new Pico({ uf2, bootrom, xipMiss });
  pico.writeVolume(fs.readFileSync(image));
  pico.boot();
  pico.rawRepl();
  console.log(`xip_miss ${xipMiss}`);
  // Compiled ahead and imported: the compiler would leave holes in the heap.
  console.log(pico.exec(`import ${script}`, 600000).trim());
}
