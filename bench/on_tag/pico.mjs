// Runs a script on an emulated Pico, with both models of the flash cache.
// usage: node pico.mjs UF2 BOOTROM FS_IMAGE MODULE
import fs from 'node:fs';
import { Pico } from '../../emulator/pico.mjs';

const [uf2, bootrom, image, script] = process.argv.slice(2);
for (const xipMiss of [0, 42]) {
  const pico = new Pico({ uf2, bootrom, xipMiss });
  pico.writeVolume(fs.readFileSync(image));
  pico.boot();
  pico.rawRepl();
  console.log(`xip_miss ${xipMiss}`);
  // Compiled ahead and imported: the compiler would leave holes in the heap.
  console.log(pico.exec(`import ${script}`, 600000).trim());
}
