/** The last thing before the loudspeaker: nothing gets louder than the ceiling, whatever happens. */

export const CEILING = Math.pow(10, -3 / 20); // -3 dBFS
const HEADROOM = 4; // inputs up to this many times full scale are bent; beyond, they are cut
export const CEILING_INPUT = 1 / HEADROOM; // the gain before the curve, whose domain is -1 to 1
const KNEE = 0.5; // up to -6 dBFS nothing is changed

/** The curve, for inputs at CEILING_INPUT. It has an odd number of points: 0 is one. */
export function ceilingCurve(points = 8193): Float32Array<ArrayBuffer> {
  const curve = new Float32Array(points);
  for (let i = 0; i < points; i++) curve[i] = bend(HEADROOM * ((2 * i) / (points - 1) - 1));
  return curve;
}

/** A sample under the ceiling: straight up to the knee, then ever flatter. */
export function bend(x: number): number {
  const size = Math.abs(x);
  if (size <= KNEE) return x;
  const room = CEILING - KNEE;
  return Math.sign(x) * (KNEE + room * Math.tanh((size - KNEE) / room) * 0.999);
}
