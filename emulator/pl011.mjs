// ARM PL011 UART (RP2040 data sheet, section 4.2): FIFOs, interrupt levels, receive timeout, overrun,
// and characters that take their time on the line.
import { BasePeripheral } from 'rp2040js';

const RX = 1 << 4, TX = 1 << 5, TIMEOUT = 1 << 6, OVERRUN = 1 << 10;  // interrupts
const ENABLED = 1, TX_ENABLED = 1 << 8, RX_ENABLED = 1 << 9;  // CR
const HAS_FIFO = 1 << 4;  // LCR_H
const LEVELS = [4, 8, 16, 24, 28, 28, 28, 28];
const MOST_DRIFT = 0.04;  // of the baud rate: beyond it, characters arrive garbled
const DR = 0x00, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34;
const IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48;
const IDENTITY = { 0xfe0: 0x11, 0xfe4: 0x10, 0xfe8: 0x34, 0xfec: 0, 0xff0: 0x0d, 0xff4: 0xf0, 0xff8: 5, 0xffc: 0xb1 };

export class PL011 extends BasePeripheral {
  constructor(mcu, { name, irq, dreq }) {
    super(mcu, name);
    Object.assign(this, { irq, dreq, rx: [], tx: [], shifting: -1, raised: 0 });
    Object.assign(this, { ibrd: 0, fbrd: 0, lcr: 0, cr: TX_ENABLED | RX_ENABLED, ifls: 0x12, imsc: 0, dmacr: 0 });
    this.marksOverrun = false;
    this.onLost = () => {};  // (why): a character came while the UART was 'off', or its FIFO 'full'
    this.onListening = () => {};
    this.sent = mcu.clock.createAlarm(() => {
      this.shifting = -1;
      this.shift();
    });
    this.silence = mcu.clock.createAlarm(() => { if (this.rx.length) this.raise(TIMEOUT); });
  }

  get depth() { return this.lcr & HAS_FIFO ? 32 : 1; }
  get baud() { const d = this.ibrd + this.fbrd / 64; return d ? this.rp2040.clkPeri / (16 * d) : 0; }
  get rxLevel() { return this.depth === 1 ? 1 : LEVELS[(this.ifls >> 3) & 7]; }
  get txLevel() { return this.depth === 1 ? 0 : LEVELS[this.ifls & 7]; }
  get rxFIFO() { return { full: this.rx.length >= this.depth, itemCount: this.rx.length }; }  // DMA asks
  clkPeriChanged() {}

  raise(flag) { this.raised |= flag; this.tell(); }
  tell() { this.rp2040.setInterrupt(this.irq, Boolean(this.raised & this.imsc)); }

  // A character comes from the other end, which sends at `baud`.
  feedByte(byte, baud) {
    if (!(this.cr & ENABLED) || !(this.cr & RX_ENABLED)) { this.onLost('off'); return; }
    if (baud && Math.abs(this.baud / baud - 1) > MOST_DRIFT) byte = (byte * 167 + 89) & 0xff;
    if (this.rx.length >= this.depth) { this.onLost('full'); this.marksOverrun = true; this.raise(OVERRUN); return; }
    this.rx.push(byte | (this.marksOverrun ? 1 << 11 : 0));
    this.marksOverrun = false;
    this.silence.schedule(32e9 / (this.baud || 9600));  // 32 bit times
    if (this.rx.length === this.rxLevel) this.raised |= RX;
    this.tell();
  }

  shift() {
    if (this.shifting >= 0 || !this.tx.length || !(this.cr & ENABLED) || !(this.cr & TX_ENABLED)) return;
    const before = this.tx.length;
    this.shifting = this.tx.shift();
    this.sent.schedule(1e10 / (this.baud || 9600));  // 8N1
    const passes = before > this.txLevel && this.tx.length <= this.txLevel;
    if (passes || this.txLevel === 0 && !this.tx.length) this.raise(TX);
  }

  take() {
    const value = this.rx.length ? this.rx.shift() : 0;
    if (this.rx.length < this.rxLevel) this.raised &= ~RX;
    if (!this.rx.length) { this.raised &= ~TIMEOUT; this.silence.cancel(); }
    this.tell();
    return value;
  }

  flags() {
    return (this.tx.length ? 0 : 0x80) | (this.rx.length >= this.depth ? 0x40 : 0)
      | (this.tx.length >= this.depth ? 0x20 : 0) | (this.rx.length ? 0 : 0x10)
      | (this.shifting >= 0 || this.tx.length ? 8 : 0);
  }

  readUint32(offset) {
    switch (offset) {
      case DR: return this.take();
      case FR: return this.flags();
      case IBRD: return this.ibrd;
      case FBRD: return this.fbrd;
      case LCR_H: return this.lcr;
      case CR: return this.cr;
      case IFLS: return this.ifls;
      case IMSC: return this.imsc;
      case RIS: return this.raised;
      case MIS: return this.raised & this.imsc;
      case DMACR: return this.dmacr;
      case 0x04: case ICR: return 0;
      default: return IDENTITY[offset] ?? super.readUint32(offset);
    }
  }

  writeUint32(offset, value) {
    switch (offset) {
      case DR:
        if (this.tx.length < this.depth) this.tx.push(value & 0xff);
        if (this.tx.length > this.txLevel) this.raised &= ~TX;
        break;
      case 0x04: return;
      case IBRD: this.ibrd = value & 0xffff; return;
      case FBRD: this.fbrd = value & 0x3f; return;
      case LCR_H: this.lcr = value & 0xff; if (!(value & HAS_FIFO)) this.rx.length = Math.min(this.rx.length, 1); return;
      case CR:
        this.cr = value;
        if (value & ENABLED && value & RX_ENABLED) this.onListening();
        if (value & ENABLED) this.rp2040.dma.setDREQ(this.dreq.tx); else this.rp2040.dma.clearDREQ(this.dreq.tx);
        break;
      case IFLS: this.ifls = value & 0x3f; return;
      case IMSC: this.imsc = value & 0x7ff; break;
      case ICR: this.raised &= ~this.rawWriteValue; break;
      case DMACR: this.dmacr = value; return;
      default: super.writeUint32(offset, value); return;
    }
    this.shift();
    this.tell();
  }
}
