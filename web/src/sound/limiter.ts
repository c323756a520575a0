/**
 * Turns both parts down together when they grow too loud, without looking ahead: no delay, and no
 * distortion as long as they grow slowly. What still gets through, the ceiling at the end rounds off.
 */

const THRESHOLD = 0.5; // -6 dBFS
const HOLD = 0.1; // seconds in which a peak is forgotten
const ATTACK = 0.0015; // seconds
const RELEASE = 0.25;

export class Limiter {
  private gain = 1;
  private peak = 0;
  private readonly hold: number;
  private readonly attack: number;
  private readonly release: number;

  constructor(sampleRate: number) {
    this.hold = Math.exp(-1 / (HOLD * sampleRate));
    this.attack = 1 - Math.exp(-1 / (ATTACK * sampleRate));
    this.release = 1 - Math.exp(-1 / (RELEASE * sampleRate));
  }

  process(
    oneL: Float32Array,
    oneR: Float32Array,
    otherL: Float32Array,
    otherR: Float32Array,
    count: number,
  ): void {
    let { gain, peak } = this;
    for (let i = 0; i < count; i++) {
      const left = Math.abs(oneL[i]! + otherL[i]!);
      peak = Math.max(left, Math.abs(oneR[i]! + otherR[i]!), peak * this.hold);
      const wanted = peak > THRESHOLD ? THRESHOLD / peak : 1;
      gain += (wanted - gain) * (wanted < gain ? this.attack : this.release);
      oneL[i]! *= gain;
      oneR[i]! *= gain;
      otherL[i]! *= gain;
      otherR[i]! *= gain;
    }
    this.peak = peak < 1e-6 ? 0 : peak;
    this.gain = gain > 0.99999 ? 1 : gain;
  }
}
