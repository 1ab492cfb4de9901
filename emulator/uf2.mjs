// Reads UF2 files (https://github.com/microsoft/uf2): blocks of 512 bytes, each with its address.
const MAGIC_0 = 0x0a324655, MAGIC_1 = 0x9e5d5157;
const NOT_MAIN_FLASH = 0x0001, HAS_FAMILY = 0x2000;
const RP2040_FAMILY = 0xe48bff56;
const FLASH = 0x10000000;

// Returns [{offset, data}] of the blocks that are an RP2040's: offset in flash, data a view.
export function blocksOf(file) {
  const blocks = [];
  for (let at = 0; at + 512 <= file.length; at += 512) {
    if (file.readUInt32LE(at) !== MAGIC_0 || file.readUInt32LE(at + 4) !== MAGIC_1) continue;
    const flags = file.readUInt32LE(at + 8);
    if (flags & NOT_MAIN_FLASH) continue;
    if (flags & HAS_FAMILY && file.readUInt32LE(at + 28) !== RP2040_FAMILY) continue;
    const size = file.readUInt32LE(at + 16);
    blocks.push({ offset: file.readUInt32LE(at + 12) - FLASH, data: file.subarray(at + 32, at + 32 + size) });
  }
  if (!blocks.length) throw new Error('not a UF2 for RP2040');
  return blocks;
}
