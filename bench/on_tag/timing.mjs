// Counts the cycles of a script's operations on an emulated Pico: a boot a secret, both models of the
// flash cache, which is empty when an operation begins.
// usage: node timing.mjs UF2 BOOTROM FS_IMAGE MODULE SECRET_IN_HEX ...
import fs from 'node:fs';
import { Pico } from '../../emulator/pico.mjs';

const SCRATCH = 0x0c;  // the watchdog's first scratch register
const [uf2, bootrom, image, script, ...secrets] = process.argv.slice(2);

// Returns {operation: cycles}.
function cyclesOf(secret, xipMiss) {
  const pico = new Pico({ uf2, bootrom, xipMiss });
  pico.writeVolume(fs.readFileSync(image));
  pico.boot();
  pico.rawRepl();
  pico.exec(`import ${script}; from binascii import unhexlify`);
  const took = [];
  let startedNs = 0;
  const write = pico.dog.writeUint32.bind(pico.dog);
  pico.dog.writeUint32 = (offset, value) => {
    if (offset === SCRATCH && value) {
      pico.cache?.flush();
      startedNs = pico.ns;
    } else if (offset === SCRATCH) took.push(Math.round((pico.ns - startedNs) / pico.cycleNs));
    write(offset, value);
  };
  const names = pico.exec(`${script}.main(unhexlify('${secret}'))`, 600000).trim().split(' ');
  return Object.fromEntries(names.map((name, i) => [name, took[i]]));
}

for (const xipMiss of [0, 42]) {
  const runs = secrets.map((secret) => cyclesOf(secret, xipMiss));
  console.log(`xip_miss ${xipMiss}`);
  for (const name of Object.keys(runs[0])) {
    console.log(`timing ${name} ${runs.map((run) => run[name]).join(' ')}`);
  }
}
