// Runs a tag's flash volume on an emulated Pico, a receiver at its UART, and writes what came of it.
// usage: node tag.mjs JOB.json; the job's fields stand in emulated.py.
import fs from 'node:fs';
import { Pico, SECTOR } from './pico.mjs';

// The same file as the simulation's: [u64 ms, u32 size, bytes] ... (reticent/sim/feed.py).
function readFeed(file) {
  const bursts = [], data = fs.readFileSync(file);
  for (let at = 0; at < data.length;) {
    const ms = Number(data.readBigUInt64LE(at)), size = data.readUInt32LE(at + 8);
    bursts.push([ms * 1e6, data.subarray(at + 12, at + 12 + size)]);
    at += 12 + size;
  }
  return bursts;
}

const job = JSON.parse(fs.readFileSync(process.argv[2]));
const pico = new Pico({ uf2: job.uf2, bootrom: job.bootrom, xipMiss: job.xipMiss, seed: job.seed });
pico.writeVolume(fs.readFileSync(job.volume));
if (job.feed) pico.feed(job.uart, job.baud, readFeed(job.feed));

const consoleFile = fs.openSync(job.console, 'w');
let seen = '';
pico.onConsole = (text) => {
  fs.writeSync(consoleFile, text);
  seen = (seen + text).slice(-1000);
  pico.isUnread = seen.lastIndexOf('#rest') > seen.lastIndexOf('#wake');  // emulate.py's marks
};

let listeningMs = null;
pico.onListening = (uart) => { if (uart === job.uart) listeningMs ??= pico.ms; };

// Each flash operation as it would be found after a power cut before, in the middle and behind it.
const cuts = [];
function keepCuts() {
  fs.mkdirSync(job.cuts, { recursive: true });
  pico.onFlash = ({ kind, at, size }) => {
    const whole = pico.readVolume();
    fs.writeFileSync(`${job.cuts}/${String(cuts.length).padStart(5, '0')}.img`, whole);
    cuts.push({ kind, at: at - pico.volumeAt, size });
    return null;
  };
}
if (job.cuts && !job.scripts.length) keepCuts();

let stop = null;
const step = 1000, end = job.endMs;
while (pico.ms < end && stop === null) {
  const how = pico.run(Math.min(step, end - pico.ms), () => job.untilListening && listeningMs !== null);
  if (how === 'dead' || how === 'reset' && job.untilListening) stop = how;
  if (job.untilListening && listeningMs !== null) stop = 'listening';
}
let said = '';
if (job.scripts.length) {  // at the dock: the tasks are interrupted, as `reticent fetch` does
  pico.rawRepl();
  if (job.cuts) keepCuts();
  for (const script of job.scripts) said += pico.exec(script);
}
const ms = pico.ms;
pico.leave();
fs.writeFileSync(job.volume, pico.flash.subarray(pico.volumeAt));
const { counts } = pico;
fs.writeFileSync(job.result, JSON.stringify({
  stop: stop ?? 'end',
  ms,
  listeningMs,
  resets: counts.resets,
  lostFull: counts.lost.full,
  lostOff: counts.lost.off,
  lostResting: counts.lost.resting,
  busyMs: counts.busyNs / 1e6,
  watchdogGapMs: counts.dogGapNs / 1e6,
  programs: counts.programs,
  erases: [...counts.erases].map(([at, times]) => [(at - pico.volumeAt) / SECTOR, times]),
  cuts,
  said,
}));
process.exit(0);
