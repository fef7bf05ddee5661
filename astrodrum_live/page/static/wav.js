// @ts-check

/** One channel of 24 bits, as our server writes it. @param {ArrayBuffer} file */
export function readWav(file) {
  const view = new DataView(file);
  const rate = view.getUint32(24, true), count = Math.floor((file.byteLength - 44) / 3);
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = 44 + 3 * i;
    samples[i] = ((view.getInt8(at + 2) << 16) | (view.getUint8(at + 1) << 8) | view.getUint8(at)) / 8388607;
  }
  return { samples, rate };
}
