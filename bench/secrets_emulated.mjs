// Boots an emulated Pico again and again, its power cut at flash operations that a seed picks;
// prints what each boot said, and writes the volume as it is in the end.
// usage: node secrets_emulated.mjs UF2 BOOTROM IMAGE CUTS MODULE
import fs from 'node:fs';
import { Pico, PowerCut } from '../emulator/pico.mjs';

const [uf2, bootrom, image, cuts, script] = process.argv.slice(2);
const MOST_OPERATIONS = 40; // of a boot and its files

let state = 7;
const below = (bound) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % bound;
};

// The same noise at every boot: the worst that can come of the sources.
const pico = new Pico({ uf2, bootrom, xipMiss: 42, repeatsNoise: true });
pico.writeVolume(fs.readFileSync(image));

function boot(cutAt, share) {
  let operations = 0;
  pico.onFlash = ({ size }) => {
    operations += 1;
    return operations === cutAt ? Math.floor((size * share) / 256) : null;
  };
  let ended = 'whole';
  let said = '';
  try {
    pico.boot();
    pico.rawRepl();
    said = pico.exec(`import ${script}`, 60000);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    ended = 'cut';
    said = pico.out.slice(0, pico.out.lastIndexOf('\n') + 1); // a line may be on its way
  }
  console.log(said.replace(/\r/g, '').replace(/[^\n -~]/g, ''));
  console.log(`boot ${ended} ${operations}`);
  pico.powerCycle();
}

for (let cut = 0; cut < Number(cuts); cut += 1) boot(1 + below(MOST_OPERATIONS), below(257));
for (let whole = 0; whole < 2; whole += 1) boot(0, 0);
fs.writeFileSync(image, pico.readVolume());
process.exit(0);
