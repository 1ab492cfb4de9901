// Every fault of rp2040js 1.4.1 that must be worked around, each with its reason. Those that are not
// mended here are by the file in brackets, which names them:
// FLASH (pico.mjs): behind the SSI is no flash chip; the boot ROM's erase and program would change nothing.
// POWER (pico.mjs): its reset() wipes the flash and leaves most peripherals as they were.
// CACHE (xip.mjs): flash is read in no time.
// SHIFTS (fragments.mjs): as executeByManual() says; no code of ours was seen to care.
import { PL011 } from './pl011.mjs';

const ROSC = 0x40060, RANDOM_BIT = 0x1c;
const UARTS = [0x40034, 0x40038], WATCHDOG = 0x40058;
const SHIFTS = [2, 3, 4, 7];  // of the data-processing operations

// Its RPUART keeps the transmit interrupt asserted: machine.UART()'s handler (MicroPython 1.23 and
// newer) never returns. It also has no FIFO, no line rate and no overrun.
export function mendUarts(mcu) {
  UARTS.forEach((address, i) => { mcu.uart[i] = mcu.peripherals[address] = new PL011(mcu, mcu.uart[i]); });
}

// Its USBCDC answers each armed OUT endpoint with an empty packet 10 us later: a storm of interrupts
// that makes Python ten times too slow. A real host says NAK, and answers when it has something.
// Returns pump(bytes): gives the chip what it asked for, and drops that from the array.
export function mendUsb(mcu, cdc) {
  let wanted = null;
  mcu.usbCtrl.onEndpointRead = (endpoint, size) => { if (endpoint === cdc.outEndpoint) wanted = size; };
  return (bytes) => {
    if (wanted === null || !bytes.length) return;
    const packet = Uint8Array.from(bytes.splice(0, wanted));
    wanted = null;
    mcu.usbCtrl.endpointReadDone(cdc.outEndpoint, packet);
  };
}

// Its ring oscillator has no random bit and its converter no noise: os.urandom would repeat itself.
// Noise here is a generator from a seed (xorshift), so that a run can be repeated.
export function mendNoise(mcu, seed) {
  let state = seed >>> 0 || 1;
  const bits = (count) => {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return state >>> (32 - count);
  };
  const rosc = mcu.peripherals[ROSC];
  const read = rosc.readUint32.bind(rosc);
  rosc.readUint32 = (offset) => (offset === RANDOM_BIT ? bits(1) : read(offset));
  const channels = Array.from(mcu.adc.channelValues);
  mcu.adc.channelValues = new Proxy(channels, {
    get: (target, name) => (/^\d+$/.test(String(name)) ? Math.min(4095, target[name] + bits(3)) : target[name]),
  });
}

// A watchdog that fired goes on counting: the chip that boots next would be reset at once.
export function mendWatchdog(mcu, onReset) {
  const dog = mcu.peripherals[WATCHDOG];
  dog.onWatchdogTrigger = () => {
    dog.alarm.enable = false;
    dog.timer.enable = false;
    onReset(dog.reason);
  };
  return dog;
}

// It gets some flags wrong: the carry of a shift by a register whose count is 0 or above 32, C and V of
// ADC and SBC; and BLX LR jumps to the link that it has just written. One instruction by the manual
// (ARM DDI 0419E, A6.7); returns its cycles.
export function executeByManual(core, mcu) {
  const code = mcu.readUint16(core.PC), operation = (code >> 6) & 15, isData = code >> 10 === 0b010000;
  const x = core.registers[code & 7], y = core.registers[(code >> 3) & 7], carry = core.C, link = core.LR;
  const cycles = core.executeInstruction();
  if (isData && SHIFTS.includes(operation)) {
    const by = y & 255;
    if (by === 0) core.C = carry;
    else if (operation === 2) core.C = by < 33 && Boolean((x >>> (32 - by)) & 1);
    else if (operation === 3) core.C = by < 33 && Boolean((x >>> (by - 1)) & 1);
  }
  if (isData && (operation === 5 || operation === 6)) {
    const right = operation === 5 ? y : ~y, z = core.registers[code & 7];
    core.V = ((x ^ z) & (right ^ z)) < 0;
    core.C = x + (right >>> 0) + Number(carry) > 0xffffffff;
  }
  if (code === 0x47f0) core.PC = link & ~1;
  return cycles;
}
