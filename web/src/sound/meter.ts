/**
 * How loud what is rendered is to an ear: the mean square of both sides after the A curve of
 * IEC 61672-1, whose poles lie at 20.6 Hz (twice), 107.7 Hz, 737.9 Hz and 12194 Hz (twice).
 */

const POLES_BELOW = [20.598997, 20.598997, 107.65265, 737.86223]; // Hz; each with a zero at nothing
const POLES_ABOVE = [12194.217, 12194.217];
const UNITY = 1000; // Hz, where the curve changes nothing

/** One pole, as the bilinear transform makes it of an analogue one. */
interface Pole {
  readonly here: number; // factor of this sample,
  readonly past: number; // of the one before,
  readonly back: number; // and of what came out before
}

function pole(hz: number, rate: number, high: boolean): Pole {
  const k = Math.tan((Math.PI * hz) / rate);
  const scale = (high ? 1 : k) / (1 + k);
  return { here: scale, past: high ? -scale : scale, back: (1 - k) / (1 + k) };
}

/** The A curve for one side. */
class Curve {
  private readonly poles: readonly Pole[];
  private readonly before: Float64Array;
  private readonly after: Float64Array;
  private readonly unity: number;

  constructor(rate: number) {
    this.poles = [
      ...POLES_BELOW.map((hz) => pole(hz, rate, true)),
      ...POLES_ABOVE.map((hz) => pole(hz, rate, false)),
    ];
    this.before = new Float64Array(this.poles.length);
    this.after = new Float64Array(this.poles.length);
    this.unity = 1 / this.poles.reduce((gain, one) => gain * sizeAt(one, UNITY / rate), 1);
  }

  take(sample: number): number {
    let x = sample * this.unity;
    for (let i = 0; i < this.poles.length; i++) {
      const { here, past, back } = this.poles[i]!;
      const y = here * x + past * this.before[i]! + back * this.after[i]!;
      this.before[i] = x;
      this.after[i] = y;
      x = y;
    }
    return x;
  }
}

/** By how much a pole changes a sine of so many turns a sample. */
function sizeAt({ here, past, back }: Pole, turns: number): number {
  const w = 2 * Math.PI * turns;
  const above = here * here + past * past + 2 * here * past * Math.cos(w);
  return Math.sqrt(above / (1 + back * back - 2 * back * Math.cos(w)));
}

export class Meter {
  private readonly left: Curve;
  private readonly right: Curve;
  private sum = 0;
  private frames = 0;

  constructor(rate: number) {
    this.left = new Curve(rate);
    this.right = new Curve(rate);
  }

  /** What the maker and the partner sound together. */
  hear(oneL: Float32Array, oneR: Float32Array, otherL: Float32Array, otherR: Float32Array): void {
    for (let i = 0; i < oneL.length; i++) {
      const left = this.left.take(oneL[i]! + otherL[i]!);
      const right = this.right.take(oneR[i]! + otherR[i]!);
      this.sum += (left * left + right * right) / 2;
    }
    this.frames += oneL.length;
  }

  /** The mean square since it was last asked, of full scale 1, and of how many frames. */
  tell(): { energy: number; frames: number } {
    const told = { energy: this.frames > 0 ? this.sum / this.frames : 0, frames: this.frames };
    this.sum = 0;
    this.frames = 0;
    return told;
  }
}
