// Every fault of rp2040js 1.4.1 that must be worked around, each with its reason.
import { PL011 } from './pl011.mjs';

const ROSC = 0x40060, RANDOM_BIT = 0x1c;
const UARTS = [0x40034, 0x40038];

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
  const dog = mcu.peripherals[0x40058];
  dog.onWatchdogTrigger = () => {
    dog.alarm.enable = false;
    dog.timer.enable = false;
    onReset(dog.reason);
  };
  return dog;
}
