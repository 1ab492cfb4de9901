// ARMv6-M instructions (ARM DDI 0419E, section A6.7) to JavaScript: what a run of them does to
// registers, flags and memory, in rp2040js's cycles; what is missing is left to its core. No state.
import {
  ADD, ADD_CARRY, CONDITIONS, LEFT, RAM, READS_SIO, RIGHT, ROTATE, SIGNED_RIGHT, SIZES, SUBTRACT, WRITES_SIO,
} from './fragments.mjs';

const MOST_INSTRUCTIONS = 24, SP = 13, LR = 14, PC = 15;
const signed = (value, bits) => (value << (32 - bits)) >> (32 - bits);
const bitsOf = (mask) => [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => mask & (1 << bit));

// The run that begins at an address. `fetch(at)` gives a halfword of code, null where none may be
// taken; `constant(at)` a word that never changes, or null; `missCycles` a flash cache's, or 0.
export class Run {
  constructor(start, { fetch, constant, missCycles }) {
    Object.assign(this, { start, fetch, constant, missCycles, at: start });
    this.lines = [];
    this.code = [];  // [address, halfword] of what was translated
    this.used = new Set();
    this.written = new Set();
    this.cycles = 0;  // of the instructions so far, every cache hit
    this.misses = 0;  // that there can be
    this.half = -1;  // the four bytes of flash that were fetched last
    for (let count = 0; this.at !== null && count < MOST_INSTRUCTIONS; count++) {
      if (!this.translate()) break;
    }
    if (this.at !== null) this.emit(this.leave(this.at, 0));
  }

  get most() { return this.cycles + 3 + this.misses * this.missCycles; }

  // The body of a function of (budget): returns the cycles it took, goes round its loop while there
  // is budget. K is the core, R its registers, G the flags, T the flash cache, S and F memory and flash.
  source() {
    return [
      `const MOST=${this.most};`,
      `let ${['m=0,pc=0,a=0,x=0,y=0,z=0,nz=G[0],c=G[1],v=G[2]', ...[...this.used].map((n) => `r${n}=R[${n}]`)]};`,
      'X:{L:for(;;){', ...this.lines, '}}',
      ...[...this.written].map((n) => `R[${n}]=r${n};`),
      'G[0]=nz;G[1]=c;G[2]=v;R[15]=pc;return m;',
    ].join('\n');
  }

  translate() {
    const pc = this.pc = this.at, code = this.fetch(pc);
    if (code === null) return false;
    const isWide = code >> 11 > 0b11100, second = isWide ? this.fetch(pc + 2) : 0;
    const made = second === null ? null : isWide ? this.wide(code, second) : this.narrow(code);
    if (made === null) return false;
    const [cycles, act, test] = made;
    test?.();  // nothing was done yet where it leaves
    this.touch(pc);
    this.code.push([pc, code]);
    if (isWide) { this.touch(pc + 2); this.code.push([pc + 2, second]); }
    this.at = pc + (isWide ? 4 : 2);
    this.cycles += cycles;
    act();
    return true;
  }

  emit(line) { this.lines.push(line); }
  read(n) { if (n === PC) return `${(this.pc + 4) | 0}`; this.used.add(n); return `r${n}`; }

  write(n, value) {
    this.used.add(n);
    this.written.add(n);
    this.emit(`r${n}=${n === SP ? `(${value})&-4` : value};`);
  }

  // Leaves for an address, or goes round the loop.
  leave(target, more) {
    const cycles = this.cycles + more;
    const out = `m+=${cycles};pc=${typeof target === 'number' ? target | 0 : target};break X;`;
    if (target !== this.start || !cycles) return `{${out}}`;
    return `{if(m+${cycles}+MOST<=budget){m+=${cycles};continue L;}${out}}`;
  }

  leaveFor(target) { this.emit(this.leave(target, 0)); this.at = null; }
  goTo(target) { if (target === this.start) this.leaveFor(target); else this.at = target; }
  bailIf(condition) { this.emit(`if(${condition})${this.leave(this.pc, 0)}`); }

  touch(at) {
    if (!this.missCycles || at >>> 24 !== 0x10 || at >>> 2 === this.half) return;
    this.half = at >>> 2;
    this.misses++;
    this.emit(`m+=T(${at & 0xffffff});`);
  }

  arithmetic(d, x, y, how) {
    return [1, () => { this.emit(`x=${this.read(x)};y=${y()};${how}`); if (d !== null) this.write(d, 'z'); }];
  }

  logic(d, value) {
    return [1, () => { this.emit(`nz=${value()};`); if (d !== null) this.write(d, 'nz'); }];
  }

  load(t, address, size, isSigned = false) {
    const [view, index] = SIZES[size], bits = 32 - 8 * size;
    return [2, () => {
      const again = this.missCycles && this.pc >>> 24 === 0x10 && !(this.pc & 2);
      this.misses += 1 + again;
      const touched = this.missCycles ? `m+=T(a&0xffffff);${again ? `m+=T(${this.pc & 0xffffff});` : ''}` : '';
      const sio = size === 4 ? `else if(${READS_SIO}){x=IO.readUint32(a&0xfff)|0;m--;}` : '';
      this.emit(`if(a>>>24===16){x=F${view}[(a&0xffffff)${index}];${touched}}${sio}else x=S${view}[(a&0x7ffff)${index}];`);
      this.write(t, isSigned ? `x<<${bits}>>${bits}` : 'x');
    }, () => {
      this.emit(`a=${address()}|0;`);
      this.bailIf(`((a^0x20000000)${RAM}&&a>>>24!==16${size === 4 ? `&&!(${READS_SIO})` : ''}||a&${size - 1}`);
    }];
  }

  store(t, address, size) {
    const [view, index] = SIZES[size];
    return [2, () => {
      const sio = size === 4 ? `if(${WRITES_SIO}){IO.writeUint32(a&0xfff,${this.read(t)}>>>0);m--;}else ` : '';
      this.emit(`${sio}S${view}[(a&0x7ffff)${index}]=${this.read(t)};`);
    }, () => {
      this.emit(`a=${address()}|0;`);
      this.bailIf(`((a^0x20000000)${RAM}${size === 4 ? `&&!${WRITES_SIO}` : ''}||a&${size - 1}`);
    }];
  }

  literal(t, at) {
    const word = this.constant(at);
    if (word === null) return this.load(t, () => at, 4);
    return [2, () => { this.touch(at); this.half = -1; this.write(t, word | 0); }];
  }

  // Words at `from`, one for each register; what follows them gets the place behind.
  several(count, from, cycles, each, then) {
    return [cycles, () => { for (let at = 0; at < count; at++) each(at, `S32[((a&0x7ffff)>>2)+${at}]`); then(); }, () => {
      this.emit(`a=${from()}|0;`);
      this.bailIf(`((a+36^0x20000000)${RAM}||((a^0x20000000)${RAM}||a&3`);
    }];
  }

  word(more) {
    const flash = `F32[(a&0xffffff)+${more}>>2]`, ram = `S32[(a&0x7ffff)+${more}>>2]`;
    return `a>>>24===16?${this.missCycles ? `(m+=T((a&0xffffff)+${more}),${flash})` : flash}:${ram}`;
  }

  push(code) {
    const list = [...bitsOf(code & 0xff), ...(code & 0x100 ? [LR] : [])];
    return this.several(list.length, () => `${this.read(SP)}-${4 * list.length}`, 1 + bitsOf(code & 0xff).length,
      (at, place) => this.emit(`${place}=${this.read(list[at])};`), () => this.write(SP, 'a'));
  }

  pop(code) {
    const list = bitsOf(code & 0xff), end = list.length, returns = Boolean(code & 0x100);
    const made = this.several(end, () => this.read(SP), 1 + end + (returns ? 2 : 0),
      (at, place) => this.write(list[at], place), () => {
        this.write(SP, `a+${4 * (end + returns)}`);
        if (returns) this.leaveFor('x&-2');
      });
    const test = made[2];
    if (returns) {
      made[2] = () => {
        test();
        this.emit(`x=S32[((a&0x7ffff)>>2)+${end}];`);
        this.bailIf('x>>>28===15');  // a return from an exception
      };
    }
    return made;
  }

  multiple(code) {
    const base = (code >> 8) & 7, list = bitsOf(code & 0xff), loads = code & 0x800;
    if (!list.length || !loads && list.includes(base)) return null;
    const then = () => { if (!list.includes(base)) this.write(base, `a+${4 * list.length}|0`); };
    const store = (at, place) => this.emit(`${place}=${this.read(list[at])};`);
    if (!loads) return this.several(list.length, () => this.read(base), 1 + list.length, store, then);
    return [1 + list.length, () => {
      this.misses += list.length;
      this.half = -1;
      list.forEach((n, at) => this.write(n, this.word(4 * at)));
      then();
    }, () => {
      this.emit(`a=${this.read(base)}|0;`);
      this.bailIf(`((a^0x20000000)${RAM}&&a>>>24!==16||(a&0xfffc0)===0x41fc0||a&3`);
    }];
  }

  // By the five bits at the top.
  narrow(code) {
    const d = code & 7, m = (code >> 3) & 7, top = (code >> 8) & 7, byte = code & 255, five = (code >> 6) & 31;
    const third = this.read.bind(this, (code >> 6) & 7), from = (n, offset) => () => `${this.read(n)}+${offset}`;
    switch (code >> 11) {
      case 0b00000: return five ? this.arithmetic(d, m, () => five, LEFT) : this.logic(d, () => this.read(m));
      case 0b00001: return this.arithmetic(d, m, () => five || 32, RIGHT);
      case 0b00010: return this.arithmetic(d, m, () => five || 32, SIGNED_RIGHT);
      case 0b00011: return this.arithmetic(d, m, code & 0x400 ? () => five & 7 : third, code & 0x200 ? SUBTRACT : ADD);
      case 0b00100: return this.logic(top, () => byte);
      case 0b00101: return this.arithmetic(null, top, () => byte, SUBTRACT);
      case 0b00110: return this.arithmetic(top, top, () => byte, ADD);
      case 0b00111: return this.arithmetic(top, top, () => byte, SUBTRACT);
      case 0b01000: return code & 0x400 ? this.special(code) : this.data((code >> 6) & 15, d, m);
      case 0b01001: return this.literal(top, ((this.pc + 4) & -4) + 4 * byte);
      case 0b01010: case 0b01011: return this.indexed(code, d, m);
      case 0b01100: return this.store(d, from(m, 4 * five), 4);
      case 0b01101: return this.load(d, from(m, 4 * five), 4);
      case 0b01110: return this.store(d, from(m, five), 1);
      case 0b01111: return this.load(d, from(m, five), 1);
      case 0b10000: return this.store(d, from(m, 2 * five), 2);
      case 0b10001: return this.load(d, from(m, 2 * five), 2);
      case 0b10010: return this.store(top, from(SP, 4 * byte), 4);
      case 0b10011: return this.load(top, from(SP, 4 * byte), 4);
      case 0b10100: return [1, () => this.write(top, (((this.pc & -4) + 4 + 4 * byte) | 0))];
      case 0b10101: return [1, () => this.write(top, `${this.read(SP)}+${4 * byte}|0`)];
      case 0b10110: case 0b10111: return this.various(code, d, m);
      case 0b11000: case 0b11001: return this.multiple(code);
      case 0b11010: case 0b11011: return this.branch(code);
      default: return [2, () => this.goTo(this.pc + 4 + signed((code & 0x7ff) << 1, 12))];
    }
  }

  data(operation, d, m) {
    const [left, right] = [this.read(d), this.read(m)], low = () => `${right}&255`;
    switch (operation) {
      case 0: return this.logic(d, () => `${left}&${right}`);
      case 1: return this.logic(d, () => `${left}^${right}`);
      case 2: return this.arithmetic(d, d, low, LEFT);
      case 3: return this.arithmetic(d, d, low, RIGHT);
      case 4: return this.arithmetic(d, d, low, SIGNED_RIGHT);
      case 5: return this.arithmetic(d, d, () => right, ADD_CARRY);
      case 6: return this.arithmetic(d, d, () => `~${right}`, ADD_CARRY);
      case 7: return this.arithmetic(d, d, low, ROTATE);
      case 8: return this.logic(null, () => `${left}&${right}`);
      case 9: return [1, () => { this.emit(`x=0;y=${right};${SUBTRACT}`); this.write(d, 'z'); }];
      case 10: return this.arithmetic(null, d, () => right, SUBTRACT);
      case 11: return this.arithmetic(null, d, () => right, ADD);
      case 12: return this.logic(d, () => `${left}|${right}`);
      case 13: return this.logic(d, () => `Math.imul(${left},${right})`);
      case 14: return this.logic(d, () => `${left}&~${right}`);
      default: return this.logic(d, () => `~${right}`);
    }
  }

  // High registers, and branches to what is in one.
  special(code) {
    const d = ((code >> 4) & 8) | (code & 7), m = (code >> 3) & 15, operation = (code >> 8) & 3;
    if (operation === 3) return this.branchTo(m, code);
    if (operation === 1) return this.arithmetic(null, d, () => this.read(m), SUBTRACT);
    const value = () => (operation ? this.read(m) : `${this.read(d)}+${this.read(m)}|0`);
    if (d === PC) return [2, () => this.leaveFor(`(${value()})&-2`)];
    return [1, () => this.write(d, value())];
  }

  branchTo(m, code) {
    if (code & 7 || m === PC) return null;
    const link = () => { this.emit(`x=${this.read(m)}&-2;`); this.write(LR, (this.pc + 2) | 1); this.leaveFor('x'); };
    if (code & 0x80) return [2, link];
    return [2, () => this.leaveFor(`${this.read(m)}&-2`), () => this.bailIf(`${this.read(m)}>>>28===15`)];
  }

  indexed(code, d, m) {
    const address = () => `${this.read(m)}+${this.read((code >> 6) & 7)}`;
    const operation = (code >> 9) & 7;
    if (operation < 3) return this.store(d, address, [4, 2, 1][operation]);
    return this.load(d, address, [1, 4, 2, 1, 2][operation - 3], operation === 3 || operation === 7);
  }

  various(code, d, m) {
    const x = () => this.read(m), write = (value) => [1, () => this.write(d, value())];
    if (code >> 8 === 0xb0) {
      const more = 4 * (code & 0x7f);
      return [1, () => this.write(SP, `${this.read(SP)}${code & 0x80 ? '-' : '+'}${more}`)];
    }
    if (code >> 9 === 0b1011010) return this.push(code);
    if (code >> 9 === 0b1011110) return this.pop(code);
    if (code === 0xb672) return [1, () => this.emit('K.PM=true;')];
    if (code === 0xbf00) return [1, () => {}];
    switch (code >> 6) {
      case 0b1011001000: return write(() => `${x()}<<16>>16`);
      case 0b1011001001: return write(() => `${x()}<<24>>24`);
      case 0b1011001010: return write(() => `${x()}&0xffff`);
      case 0b1011001011: return write(() => `${x()}&0xff`);
      case 0b1011101000: return write(() => `${x()}<<24|(${x()}&0xff00)<<8|${x()}>>>8&0xff00|${x()}>>>24`);
      case 0b1011101001: return write(() => `(${x()}&0xff00ff)<<8|${x()}>>>8&0xff00ff`);
      case 0b1011101011: return write(() => `${x()}<<24>>16|${x()}>>>8&0xff`);
      default: return null;
    }
  }

  branch(code) {
    const condition = CONDITIONS[(code >> 8) & 15];
    if (!condition) return null;  // undefined, or a supervisor call
    return [1, () => this.emit(`if(${condition})${this.leave(this.pc + 4 + signed((code & 0xff) << 1, 9), 1)}`)];
  }

  wide(code, second) {
    if (code === 0xf3bf && [0x8f40, 0x8f50, 0x8f60].includes(second & 0xfff0)) return [3, () => {}];  // barriers
    if (code === 0xf3ef && (second & 0xf0ff) === 0x8010) {
      return [3, () => this.write((second >> 8) & 15, 'K.PM?1:0')];  // MRS of PRIMASK
    }
    if (code >> 11 !== 0b11110 || (second & 0xd000) !== 0xd000) return null;
    const sign = (code >> 10) & 1, first = 1 - (sign ^ ((second >> 13) & 1)), other = 1 - (sign ^ ((second >> 11) & 1));
    const near = ((code & 0x3ff) << 12) | ((second & 0x7ff) << 1);
    const offset = signed((sign << 24) | (first << 23) | (other << 22) | near, 25);
    return [3, () => { this.write(LR, (this.pc + 4) | 1); this.goTo(this.pc + 4 + offset); }];
  }
}
