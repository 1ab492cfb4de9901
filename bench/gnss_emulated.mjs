// Runs a script on an emulated Pico while a receiver's stream comes in; prints what the script says.
// usage: node gnss_emulated.mjs UF2 BOOTROM IMAGE STREAM SCRIPT BAUD XIP_MISS
import fs from 'node:fs';
import { Pico } from '../emulator/pico.mjs';

const [uf2, bootrom, image, stream, script, baud, xipMiss] = process.argv.slice(2);
const pico = new Pico({ uf2, bootrom, xipMiss: Number(xipMiss) });
pico.writeVolume(fs.readFileSync(image));
pico.boot();
pico.rawRepl();
pico.start(fs.readFileSync(script, 'utf8'));
if (pico.run(60000, () => pico.out.includes('listening\r\n')) !== true) throw new Error(pico.out);
pico.feed(0, Number(baud), [[pico.ns, fs.readFileSync(stream)]]);
console.log(pico.finish(120000).trim());
console.log(`lost ${pico.counts.lost.off + pico.counts.lost.full}`);
process.exit(0);
