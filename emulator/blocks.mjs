// The fast way through code that runs often: each run of it becomes a JavaScript function (thumb.mjs).
// Time and interrupts stay exact: a run is taken only where no alarm can fall into it, and whatever
// is not plain memory is left to rp2040js, instruction by instruction.
import { Run } from './thumb.mjs';

const HOT = 100;  // times that rp2040js has been there
const ROM_SLOTS = 1 << 13, RAM_SLOTS = 0x42000 >> 1, RAM_BYTES = 0x42000;
const cold = () => -1;
const never = () => 0;
const ARGUMENTS = ['K', 'R', 'G', 'T', 'IO', 'S8', 'S16', 'S32', 'F8', 'F16', 'F32'];

export class Blocks {
  // `stops` are addresses that are none of ours to run; code lies below `codeEnd` in the flash.
  constructor(mcu, cache, stops, codeEnd) {
    const { core, sram, flash } = mcu;
    Object.assign(this, { core, stops, codeEnd });
    this.registers = new Int32Array(core.registers.buffer);
    this.flags = new Int32Array(3);
    this.ram16 = new Uint16Array(sram.buffer);
    this.flash16 = new Uint16Array(flash.buffer);
    const touch = cache ? (at) => cache.touch(at) : null;
    this.given = [core, this.registers, this.flags, touch, mcu.sio, sram, this.ram16, new Int32Array(sram.buffer),
      flash, this.flash16, new Int32Array(flash.buffer)];
    this.rom16 = new Uint16Array(mcu.bootrom.buffer);
    this.slots = ROM_SLOTS + RAM_SLOTS + (codeEnd >> 1);
    this.blocks = new Array(this.slots).fill(cold);
    this.heat = new Uint8Array(this.slots);
    this.source = {
      fetch: (at) => this.fetch(at),
      constant: (at) => this.constant(at),
      missCycles: cache?.missCycles ?? 0,
    };
  }

  // Compiles what lies at the program counter and runs it once; returns the cycles.
  once(budget) {
    const made = this.compile(new Run(this.registers[15] & -2, this.source));
    this.takeFlags();
    const took = made(budget);
    this.giveFlags();
    return took;
  }

  // Runs for at most so many cycles, until something is to be left to rp2040js; returns how many.
  run(budget) {
    const { registers, blocks } = this;
    let left = budget;
    this.takeFlags();
    for (;;) {
      const slot = this.slot(registers[15]);
      if (slot < 0) break;
      const took = blocks[slot](left);
      if (took > 0) { left -= took; continue; }
      if (took < 0) this.warm(slot);
      break;
    }
    this.giveFlags();
    return budget - left;
  }

  slot(pc) {
    if (pc >>> 24 === 0x10) {
      const at = pc & 0xffffff;
      return at < this.codeEnd ? ROM_SLOTS + RAM_SLOTS + (at >> 1) : -1;
    }
    if (pc >>> 24 === 0x20) return (pc & 0xffffff) < RAM_BYTES ? ROM_SLOTS + ((pc & 0xffffff) >> 1) : -1;
    return pc >>> 14 ? -1 : pc >> 1;
  }

  fetch(at) {
    if (this.stops.includes(at) || this.slot(at) < 0) return null;
    if (at >>> 24 === 0x10) return this.flash16[(at & 0xffffff) >> 1];
    if (at >>> 24 === 0x20) return this.ram16[(at & 0xffffff) >> 1];
    return this.rom16[at >> 1];
  }

  constant(at) {
    const low = this.fetch(at), high = this.fetch(at + 2);
    return at >>> 24 === 0x20 || low === null || high === null ? null : low | (high << 16);
  }

  warm(slot) {
    this.blocks[slot] = cold;
    if (++this.heat[slot] < HOT) return;
    this.heat[slot] = 0;
    const run = new Run(this.registers[15] & -2, this.source);
    this.blocks[slot] = run.code.length ? this.compile(run) : never;
  }

  compile(run) {
    const body = `return (budget)=>{if(budget<${run.most})return 0;${guard(run.code)}${run.source()}}`;
    return new Function(...ARGUMENTS, body)(...this.given);
  }

  takeFlags() {
    const { core, flags } = this;
    flags[0] = core.N ? -1 : core.Z ? 0 : 1;
    flags[1] = core.C ? 1 : 0;
    flags[2] = core.V ? -1 : 0;
  }

  giveFlags() {
    const { core, flags } = this;
    core.N = flags[0] < 0;
    core.Z = flags[0] === 0;
    core.C = flags[1] !== 0;
    core.V = flags[2] < 0;
  }
}

// Code in RAM may have been replaced: compiled for other code, a run does nothing and says so.
function guard(code) {
  const inRam = code.filter(([at]) => at >>> 24 === 0x20);
  const tests = inRam.map(([at, halfword]) => `S16[${(at & 0xffffff) >> 1}]!==${halfword}`);
  return tests.length ? `if(${tests.join('||')})return -1;\n` : '';
}
