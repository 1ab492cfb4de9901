// Runs a script on an emulated Pico while a receiver's stream comes in; prints what the script says.
// usage: node gnss_emulated.mjs EMULATOR UF2 IMAGE STREAM SCRIPT BAUD XIP_MISS
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [emulator, uf2, image, stream, script, baud, xipMiss] = process.argv.slice(2);
const { Pico } = await import(pathToFileURL(path.resolve(emulator, 'pico.mjs')).href);
const bootrom = path.join(emulator, 'bootrom.bin');
const pico = new Pico({ uf2, bootrom, xipMiss: Number(xipMiss) });
pico.loadFs(fs.readFileSync(image));
pico.boot();
pico.rawRepl();
pico.start(fs.readFileSync(script, 'utf8'));
if (!pico.run(60000, () => pico.out.includes('listening\r\n'))) throw new Error(pico.out);
const line = pico.feedUart(0, fs.readFileSync(stream), { baud: Number(baud) });
console.log(pico.finish(120000).replace(/\r/g, '').trim());
console.log(`lost ${line.lost}`);
process.exit(0);
