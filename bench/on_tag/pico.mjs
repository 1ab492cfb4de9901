// Runs a script on an emulated Pico. usage: node pico.mjs DRIVER_FOLDER UF2 BOOTROM FS_IMAGE MODULE
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { addNoise } from './noise.mjs';

const [driver, uf2, bootrom, image, script] = process.argv.slice(2);
const { Pico } = await import(pathToFileURL(path.join(driver, 'pico.mjs')));
for (const xipMiss of [0, 42]) {
  const pico = new Pico({ uf2, bootrom, xipMiss });
  addNoise(pico);
  pico.loadFs(fs.readFileSync(image));
  pico.boot();
  pico.rawRepl();
  console.log(`xip_miss ${xipMiss}`);
  // Compiled ahead and imported: the compiler would leave holes in the heap.
  console.log(pico.exec(`import ${script}`, 600000).trim());
}
