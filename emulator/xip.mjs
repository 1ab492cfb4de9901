// The flash cache of RP2040 (data sheet, section 2.6.3): 16 KiB, two ways, lines of 8 bytes that are
// filled by 4. Without it flash is read in no time (mends.mjs: CACHE); each fill costs `missCycles`.
const SETS = 1024;

export class FlashCache {
  constructor(missCycles) {
    this.missCycles = missCycles;
    this.tags = new Int32Array(2 * SETS).fill(-1);
    this.halves = new Uint8Array(2 * SETS);  // which 4-byte halves of a line are filled
    this.oldest = new Uint8Array(SETS);
    this.owed = 0;  // cycles, until the core's next instruction takes them
  }

  flush() { this.tags.fill(-1); this.halves.fill(0); }

  // Returns the cycles that a read at this place of the flash waits.
  touch(address) {
    const set = (address >> 3) & (SETS - 1), tag = (address >> 13) & 0x7ff;
    const half = 1 << ((address >> 2) & 1);
    const way = this.tags[2 * set] === tag ? 0 : this.tags[2 * set + 1] === tag ? 1 : -1;
    const line = 2 * set + (way < 0 ? this.oldest[set] : way);
    if (way < 0) { this.tags[line] = tag; this.halves[line] = 0; }
    this.oldest[set] = 1 - (line & 1);
    if (this.halves[line] & half) return 0;
    this.halves[line] |= half;
    return this.missCycles;
  }

  // Lets every read of flash by this RP2040 go through the cache.
  watch(mcu) {
    const { flash, flashView } = mcu;
    const others = { 8: mcu.readUint8.bind(mcu), 16: mcu.readUint16.bind(mcu), 32: mcu.readUint32.bind(mcu) };
    const reader = (bits, read) => (address) => {
      if (address >>> 24 !== 0x10) return others[bits](address);
      const offset = address & 0xffffff;
      this.owed += this.touch(offset);
      return read(offset);
    };
    mcu.readUint8 = reader(8, (offset) => flash[offset]);
    mcu.readUint16 = reader(16, (offset) => flashView.getUint16(offset, true));
    mcu.readUint32 = reader(32, (offset) => flashView.getUint32(offset, true));
  }
}
