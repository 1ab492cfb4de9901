// A Raspberry Pi Pico with an official MicroPython build, instruction by instruction and repeatable:
// rp2040js's core, its faults mended (mends.mjs), flash with its times and power cuts, a flash cache.
import fs from 'node:fs';
import { ConsoleLogger, RP2040, USBCDC } from 'rp2040js';
import { Blocks } from './blocks.mjs';
import { mendNoise, mendUarts, mendUsb, mendWatchdog } from './mends.mjs';
import { blocksOf } from './uf2.mjs';
import { FlashCache } from './xip.mjs';

export const SECTOR = 4096, FLASH_BYTES = 2 << 20;
const PAGE = 256, VOLUME_BLOCKS = 352;  // of a Pico's file system, at the end of the flash
const ERASE_NS = 45e6, PROGRAM_NS = 0.4e6;  // W25Q16JV data sheet, typical: a sector, a page
const MAIN_FLASH = 0x10000000;
const WATCHDOG_LOAD = 0x04;
const LOG_NOTHING = 9;
const LOOK_EVERY = 50000;  // cycles between two looks at USB and the caller's condition

export class PowerCut extends Error {}

export class Pico {
  // `xipMiss`: cycles of a flash-cache miss; `seed`: of all noise, which `repeatsNoise` makes the
  // same at every boot.
  constructor({ uf2, bootrom, xipMiss = 0, seed = 1, repeatsNoise = false }) {
    const rom = new Uint8Array(fs.readFileSync(bootrom));
    Object.assign(this, { rom: new Uint32Array(rom.buffer), xipMiss, seed, repeatsNoise });
    this.volumeAt = FLASH_BYTES - VOLUME_BLOCKS * SECTOR;
    this.flash = new Uint8Array(FLASH_BYTES).fill(0xff);
    for (const { offset, data } of blocksOf(fs.readFileSync(uf2))) this.flash.set(data, offset);
    const { RE, RP } = romFunctions(rom);
    Object.assign(this, { eraseAt: RE, programAt: RP });
    this.feeds = [];  // {uart, baud, bursts: [[ns since power-on, bytes]]}
    this.beforeNs = 0;  // of earlier boots
    this.onFlash = null;  // ({kind, at, size}) => bytes after which the power is cut, or null
    this.onConsole = null;  // (text)
    this.onListening = null;  // (uart): its receiver was switched on
    // Bytes of a receiver's that came while the UART was off, or full; the rest speaks for itself.
    const lost = { off: 0, full: 0, resting: 0 };
    this.isUnread = false;  // a rest: what the receiver says goes by, by intent
    this.counts = { resets: 0, lost, erases: new Map(), programs: 0, busyNs: 0, dogGapNs: 0 };
    this.powerOn();
  }

  get ns() { return this.beforeNs + this.clock.nanos; }
  get ms() { return this.ns / 1e6; }

  // RAM is gone, flash and time stay: a new chip each time (mends.mjs: POWER).
  powerCycle() { this.leave(); this.powerOn(); }

  leave() {
    this.beforeNs = this.ns;
    this.flash.set(this.mcu.flash.subarray(0, FLASH_BYTES));
  }

  powerOn() {
    const mcu = this.mcu = new RP2040();
    mcu.logger = new ConsoleLogger(LOG_NOTHING);
    mcu.loadBootrom(this.rom);  // first, as it resets
    mcu.flash.set(this.flash);
    Object.assign(this, { core: mcu.core, clock: mcu.clock, cycleNs: 8, resetReason: null, fedNs: null });
    mcu.addClockListener((hz) => { this.cycleNs = 1e9 / hz; });
    this.cache = this.xipMiss ? new FlashCache(this.xipMiss) : null;
    this.cache?.watch(mcu);
    this.blocks = new Blocks(mcu, this.cache, [this.eraseAt, this.programAt], this.volumeAt);
    mendUarts(mcu);
    mendNoise(mcu, this.seed + (this.repeatsNoise ? 0 : this.counts.resets + this.beforeNs));
    mcu.uart.forEach((uart, i) => {
      uart.onListening = () => this.onListening?.(i);
      uart.onLost = (why) => { this.counts.lost[this.isUnread ? 'resting' : why]++; };
    });
    this.watchDog(mendWatchdog(mcu, (reason) => { this.resetReason = reason; }));
    this.connectUsb();
    for (const feed of this.feeds) this.connect(feed);
    mcu.core.PC = MAIN_FLASH;
  }

  watchDog(dog) {
    this.dog = dog;
    const write = dog.writeUint32.bind(dog);
    dog.writeUint32 = (offset, value) => {
      if (offset === WATCHDOG_LOAD) this.feedDog();
      write(offset, value);
    };
  }

  feedDog() {
    if (this.fedNs !== null) this.counts.dogGapNs = Math.max(this.counts.dogGapNs, this.ns - this.fedNs);
    this.fedNs = this.ns;
  }

  connectUsb() {
    Object.assign(this, { out: '', toSend: [], isConnected: false, pump: () => {} });
    const cdc = new USBCDC(this.mcu.usbCtrl);
    cdc.onDeviceConnected = () => { this.isConnected = true; };
    cdc.onSerialData = (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      this.out += text;
      this.onConsole?.(text);
    };
    this.pump = mendUsb(this.mcu, cdc);
  }

  // Lets bursts come down a UART's line at its rate, each at its time since the first power-on.
  feed(uart, baud, bursts) {
    const feed = { uart, baud, bursts, burst: 0, byte: 0 };
    this.feeds.push(feed);
    this.connect(feed);
  }

  connect(feed) {
    const perByteNs = 1e10 / feed.baud;
    const alarm = this.clock.createAlarm(() => {
      const [, data] = feed.bursts[feed.burst];
      this.mcu.uart[feed.uart].feedByte(data[feed.byte++], feed.baud);
      if (feed.byte < data.length) { alarm.schedule(perByteNs); return; }
      feed.byte = 0;
      feed.burst++;
      next();
    });
    const next = () => {
      if (feed.burst >= feed.bursts.length) return;
      alarm.schedule(Math.max(feed.bursts[feed.burst][0] - this.ns, 0) + perByteNs);
    };
    while (feed.burst < feed.bursts.length && feed.bursts[feed.burst][0] < this.ns) feed.burst++;
    feed.byte = 0;  // what came while the power was off is gone
    next();
  }

  // In the stead of the boot ROM's flash functions (mends.mjs: FLASH), whose (R0..R2) these are.
  flashOperation(kind) {
    const { core, mcu, counts } = this;
    const [at, second, third] = core.registers;
    const size = kind === 'erase' ? second : third;
    const limit = this.onFlash?.({ kind, at, size }) ?? size;
    if (kind === 'erase') {
      mcu.flash.fill(0xff, at, at + limit);
      for (let sector = at; sector < at + size; sector += SECTOR) {
        counts.erases.set(sector, (counts.erases.get(sector) ?? 0) + 1);
      }
    } else {
      for (let i = 0; i < limit; i++) mcu.flash[at + i] &= mcu.readUint8(second + i);
      counts.programs += Math.ceil(size / PAGE);
    }
    if (limit < size) throw new PowerCut();
    const ns = kind === 'erase' ? (size / SECTOR) * ERASE_NS : Math.ceil(size / PAGE) * PROGRAM_NS;
    counts.busyNs += ns;  // the core waits, but does not sleep
    this.clock.tick(ns);
    this.cache?.flush();
    core.PC = core.LR & ~1;
    return 0;
  }

  // Runs for `ms` of the chip's time or until done(); returns what done() said, 'reset' or 'dead'.
  run(ms, done = null) {
    const end = this.clock.nanos + ms * 1e6;
    for (let left = LOOK_EVERY; this.clock.nanos < end;) {
      if (this.resetReason !== null) { this.reset(); return 'reset'; }
      if (this.core.waiting) {
        this.pump(this.toSend);
        if (done?.()) return true;
        if (!this.sleep(end)) return 'dead';
        continue;
      }
      left -= this.runBlocks(end) + this.step();
      if (left > 0) continue;
      left = LOOK_EVERY;
      this.pump(this.toSend);
      if (done?.()) return true;
    }
    return done ? done() : false;
  }

  // As far as no alarm is due and nothing but memory is meant; returns the cycles.
  runBlocks(end) {
    if (this.core.interruptsUpdated) return 0;
    const { nextAlarm, nanos } = this.clock;
    const until = nextAlarm ? Math.min(nextAlarm.nanos, end) : end;
    return this.spend(this.blocks.run(Math.min(Math.floor((until - nanos) / this.cycleNs) - 1, LOOK_EVERY)));
  }

  // One instruction, by rp2040js; returns the cycles.
  step() {
    const at = this.core.PC;
    if (at === this.eraseAt) return this.flashOperation('erase');
    if (at === this.programAt) return this.flashOperation('program');
    let cycles = this.core.executeInstruction();
    if (this.cache) { cycles += this.cache.owed; this.cache.owed = 0; }
    return this.spend(cycles);
  }

  spend(cycles) {
    this.counts.busyNs += cycles * this.cycleNs;
    this.clock.tick(cycles * this.cycleNs);
    return cycles;
  }

  sleep(end) {
    const { clock } = this;
    if (!clock.nextAlarm) return false;
    clock.tick(Math.min(clock.nanosToNextAlarm, end - clock.nanos));
    return true;
  }

  // The watchdog's reset: why is kept, and the scratch registers.
  reset() {
    const { scratchData } = this.dog, reason = this.resetReason;
    this.counts.resets++;
    this.powerCycle();
    this.dog.reason = reason;
    this.dog.scratchData.set(scratchData);
  }

  readVolume() { return this.mcu.flash.slice(this.volumeAt, FLASH_BYTES); }
  writeVolume(image) {
    this.flash.set(image, this.volumeAt);
    this.mcu.flash.set(image, this.volumeAt);
  }

  send(text) { this.toSend.push(...Buffer.from(text, 'latin1')); this.pump(this.toSend); }

  // Waits for a text on the console and takes all up to it away.
  take(text, ms) {
    if (this.run(ms, () => this.out.includes(text)) !== true) {
      throw new Error(`no ${JSON.stringify(text)} within ${ms} ms, but ${JSON.stringify(this.out.slice(-300))}`);
    }
    const end = this.out.indexOf(text) + text.length, taken = this.out.slice(0, end);
    this.out = this.out.slice(end);
    return taken;
  }

  boot() {
    if (this.run(20000, () => this.isConnected) !== true) throw new Error('no USB');
    this.run(100);
    return this;
  }

  rawRepl() {
    this.out = '';
    this.send('\r\x03\x03');
    this.run(50);
    this.send('\r\x01');
    this.take('raw REPL; CTRL-B to exit\r\n>', 5000);
  }

  start(code) { this.out = ''; this.send(`${code}\x04`); this.take('OK', 60000); }

  finish(ms) {
    const said = this.take('\x04', ms).slice(0, -1), error = this.take('\x04', 2000).slice(0, -1);
    this.take('>', 2000);
    if (error) throw new Error(`on the chip: ${said}${error}`);
    return said.replace(/\r\n/g, '\n');
  }

  // Runs code through the raw REPL and returns what it printed; its exception is thrown here.
  exec(code, ms = 60000) { this.start(code); return this.finish(ms); }
}

// The boot ROM's function table (RP2040 data sheet, section 2.8.3): two letters to an address.
function romFunctions(rom) {
  const view = new DataView(rom.buffer), found = {};
  for (let at = view.getUint16(0x14, true); view.getUint16(at, true); at += 4) {
    found[String.fromCharCode(rom[at], rom[at + 1])] = view.getUint16(at + 2, true) & ~1;
  }
  return found;
}
