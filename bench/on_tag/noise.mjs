// Noise for the emulated Pico that is the same at every boot: ring-oscillator bits and the
// converter's last bits. The emulator's own goes on from boot to boot.
const RING_OSCILLATOR = 0x40060;
const RANDOM_BIT = 0x1c;
const TEMPERATURE = 876; // 27 degrees, of 12 bits

export function addNoise(pico, seed = 1) {
  let state = seed;
  const below = (bound) => {
    state ^= state << 13; // xorshift32
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  const { peripherals, adc } = pico.mcu;
  const read = peripherals[RING_OSCILLATOR].readUint32.bind(peripherals[RING_OSCILLATOR]);
  peripherals[RING_OSCILLATOR].readUint32 = (at) => (at === RANDOM_BIT ? below(2) : read(at));
  adc.channelValues = Array.from(adc.channelValues); // without the emulator's own noise
  adc.onADCRead = (channel) => {
    adc.channelValues[channel] = TEMPERATURE + below(8) - 4;
    adc.currentChannel = channel;
    adc.sampleAlarm.schedule(adc.sampleTime * 1000);
  };
}
