// Noise for the emulated Pico, the same every run: ring-oscillator bits and the converter's last
// bits. The emulator alone has constants there, and the health tests would refuse both.
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
  adc.onADCRead = (channel) => {
    adc.channelValues[channel] = TEMPERATURE + below(8) - 4;
    adc.currentChannel = channel;
    adc.sampleAlarm.schedule(adc.sampleTime * 1000);
  };
}
