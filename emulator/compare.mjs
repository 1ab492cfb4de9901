// Runs random code twice, compiled (thumb.mjs) and by rp2040js's own core, and prints what differs:
// registers, flags, memory or cycles. usage: node compare.mjs CASES; exit status 1 where some differ.
import { ConsoleLogger, RP2040 } from 'rp2040js';
import { Blocks } from './blocks.mjs';
import { executeByManual } from './mends.mjs';
import { FlashCache } from './xip.mjs';

const RAM = 0x20000000, CODE = 0x4000, FLASH_CODE = 0x8000, DATA = RAM + 0x10000, LENGTH = 14, BUDGET = 3000;
const FLASH = 0x10000000, FLASH_WORDS = 0x4000, SIO = 0xd0000000;

let state = 1;
function random(bound) {
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return state % bound;
}

function chip(isInFlash) {
  const mcu = new RP2040();
  mcu.logger = new ConsoleLogger(9);
  const cache = new FlashCache(42);
  cache.watch(mcu);
  const base = isInFlash ? FLASH + FLASH_CODE : RAM + CODE;
  for (let at = 0; at < FLASH_WORDS; at++) mcu.flashView.setUint32(4 * at, Math.imul(at, 0x9e3779b1), true);
  return { mcu, core: mcu.core, cache, base, blocks: new Blocks(mcu, cache, [], 0x10000) };
}

// Any halfword, but mostly loads, stores and arithmetic, and branches that stay near.
function instruction() {
  const kind = random(8), low = random(1 << 11);
  if (kind === 0) return 0xd000 | (random(14) << 8) | ((random(2 * LENGTH) - LENGTH) & 0xff);
  if (kind === 1) return 0xe000 | ((random(2 * LENGTH) - LENGTH) & 0x7ff);
  if (kind === 2 && random(2)) {  // a call
    return random(2) ? [0xf000, 0xf800 | random(LENGTH)] : [0xf7ff, 0xf800 | (0x7ff - random(LENGTH))];
  }
  if (kind < 4) return 0x4000 | low;
  return random(0xe000);
}

function prepare({ mcu, core, base }, code, values) {
  const view = new DataView(base >>> 28 === 2 ? mcu.sram.buffer : mcu.flash.buffer);
  code.forEach((half, at) => view.setUint16((base & 0xffffff) + 2 * at, half, true));
  core.registers.set(values);
  core.PC = base;
  [core.N, core.Z, core.C, core.V] = [values[0] & 1, 0, values[1] & 1, values[2] & 1].map(Boolean);
}

function stateOf({ core, mcu }) {
  const memory = new Uint32Array(mcu.sram.buffer, 0x10000, 0x4000).reduce((sum, word) => (Math.imul(sum, 31) + word) | 0, 0);
  return JSON.stringify([[...core.registers], core.N, core.Z, core.C, core.V, memory]);
}

function differs(one, other, code) {
  const word = () => (random(1 << 16) << 16) ^ random(1 << 16) ^ random(64);
  const inRam = () => DATA + 4 * random(0x800), inFlash = () => FLASH + 4 * random(FLASH_WORDS);
  const kinds = [word, word, inRam, inFlash, () => SIO + 4 * random(0x80)];
  const values = Array.from({ length: 16 }, (_, at) => (at % 2 ? inRam : kinds[random(kinds.length)])());
  prepare(one, code, values);
  prepare(other, code, values);
  one.cache.flush();
  other.cache.flush();
  other.cache.owed = 0;
  const took = one.blocks.once(BUDGET);
  let spent = 0, count = 0;
  while (spent < took || took > 0 && (other.core.PC & -2) !== (one.core.PC & -2) && count < BUDGET) {
    spent += executeByManual(other.core, other.mcu) + other.cache.owed;
    other.cache.owed = 0;
    count++;
  }
  counted += count;
  return spent !== took || stateOf(one) !== stateOf(other);
}

const cases = Number(process.argv[2]);
if (!(cases > 0)) { console.error('usage: node compare.mjs CASES'); process.exit(2); }
console.warn = () => {};  // of registers that SIO has not
let counted = 0, wrong = 0;
const chips = [false, true].map((isInFlash) => [chip(isInFlash), chip(isInFlash)]);
for (let at = 0; at < cases; at++) {
  const code = Array.from({ length: LENGTH }, instruction).flat();
  const [one, other] = chips[at % 2];
  if (!differs(one, other, code)) continue;
  wrong++;
  if (wrong < 6) console.log(at, code.map((half) => half.toString(16)).join(' '), '\n', stateOf(one), '\n', stateOf(other));
}
console.log(`${cases} pieces of code, ${counted} instructions, ${wrong} differ`);
process.exit(wrong || !counted ? 1 : 0);
