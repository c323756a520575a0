/**
 * The soft drone of the breathing opener: a ground, its fifth and its octave, each with a few upper
 * partials and a slow shimmer between the two sides. It swells and brightens as the breath goes in,
 * falls as it goes out, never changes by more than 6 dB a second, and stays until it is asked away.
 */

import { type Breath, fullness, swell } from "../breath/breath";

const TABLE = 2048; // samples of one turn
const TONES = [
  { above: 0, size: 1 }, // semitones above the ground
  { above: 7, size: 0.5 },
  { above: 12, size: 0.34 },
] as const;
const DARK = [1, 0.42, 0.2, 0.09, 0.04, 0.02]; // strength of each partial, at the end of the out-breath
const BRIGHT = [1, 0.6, 0.42, 0.26, 0.18, 0.12, 0.08, 0.05, 0.035, 0.02]; // when the breath is full
const SHIMMER = [-2.2, 1.7] as const; // cents, of the second layer left and right
const LAYER = 0.16; // how loud that layer is
const LOUDEST = -31; // dB of full scale, each side, when the breath is full
const BEGIN = -24; // dB below its fullest moment, from which it comes up
const GONE = -48; // dB; from here it may end unheard
const A_SECOND = 6; // dB by which it may change in one

const A4 = 69;

function table(partials: readonly number[]): Float32Array {
  const turn = new Float32Array(TABLE + 1);
  for (let i = 0; i <= TABLE; i++) {
    partials.forEach((size, index) => (turn[i]! += size * Math.sin((2 * Math.PI * (index + 1) * i) / TABLE)));
  }
  const power = turn.subarray(0, TABLE).reduce((sum, x) => sum + x * x, 0) / TABLE;
  return turn.map((x) => x / Math.sqrt(power));
}

export class Drone {
  private breath: Breath | null = null; // on the clock of the audio thread, seconds
  private level = BEGIN; // dB below its fullest moment
  private away = false;
  private ends = { from: Infinity, to: Infinity }; // frames of a quick end
  private readonly dark = table(DARK);
  private readonly bright = table(BRIGHT);
  private readonly at = new Float64Array(4 * TONES.length); // turns, of each tone: both sides, two layers
  private readonly speed = new Float64Array(4 * TONES.length); // turns a sample
  private readonly scale: number;

  constructor(private readonly sampleRate: number) {
    const power = TONES.reduce((sum, { size }) => sum + size * size * (1 + LAYER * LAYER), 0);
    this.scale = Math.pow(10, LOUDEST / 20) / Math.sqrt(power);
  }

  get sounding(): boolean {
    return this.breath !== null;
  }

  /** Sounds from now on, softly; `ground` is a MIDI number. One that sounds goes on with this breath. */
  start(ground: number, breath: Breath): void {
    if (this.breath === null) this.level = BEGIN;
    this.breath = breath;
    this.away = false;
    this.ends = { from: Infinity, to: Infinity };
    TONES.forEach(({ above }, tone) => {
      const hz = 440 * Math.pow(2, (ground + above - A4) / 12);
      [0, 0, ...SHIMMER].forEach((cents, voice) => {
        this.speed[4 * tone + voice] = (hz * Math.pow(2, cents / 1200)) / this.sampleRate;
      });
    });
  }

  follow(breath: Breath): void {
    if (this.breath !== null) this.breath = breath;
  }

  /** It grows softer by 6 dB a second until nobody hears it. */
  leave(): void {
    this.away = true;
  }

  /** Nothing of it is left after so many frames. */
  silence(frame: number, frames: number): void {
    if (frame + frames < this.ends.to) this.ends = { from: frame, to: frame + Math.max(1, frames) };
  }

  /** Add its next samples to what is there. */
  mix(left: Float32Array, right: Float32Array, frame: number, count: number): void {
    if (this.breath === null) return;
    const seconds = count / this.sampleRate;
    const then = (frame + count) / this.sampleRate;
    const wanted = this.away ? GONE : swell(this.breath, then);
    const step = A_SECOND * seconds;
    const before = this.level;
    this.level += Math.max(-step, Math.min(step, wanted - this.level));
    const over = (this.away && this.level <= GONE) || frame + count >= this.ends.to;
    const [from, to] = [this.gain(before, frame), over ? 0 : this.gain(this.level, frame + count)];
    const full = fullness(this.breath, then);
    for (let i = 0; i < count; i++) {
      const gain = from + ((to - from) * i) / count;
      left[i]! += gain * this.side(0, full);
      right[i]! += gain * this.side(1, full);
    }
    if (over) this.breath = null;
  }

  private gain(level: number, frame: number): number {
    const { from, to } = this.ends;
    const left = Math.max(0, Math.min(1, (to - frame) / (to - from)));
    return this.scale * Math.pow(10, level / 20) * (from === Infinity ? 1 : left);
  }

  private side(side: 0 | 1, full: number): number {
    let sum = 0;
    for (let tone = 0; tone < TONES.length; tone++) {
      const first = 4 * tone + side;
      sum += TONES[tone]!.size * (this.turn(first, full) + LAYER * this.turn(first + 2, full));
    }
    return sum;
  }

  private turn(voice: number, full: number): number {
    const place = this.at[voice]! * TABLE;
    const index = Math.floor(place);
    const share = place - index;
    const next = this.at[voice]! + this.speed[voice]!;
    this.at[voice] = next >= 1 ? next - 1 : next;
    const dark = this.dark[index]! + share * (this.dark[index + 1]! - this.dark[index]!);
    const bright = this.bright[index]! + share * (this.bright[index + 1]! - this.bright[index]!);
    return dark + full * (bright - dark);
  }
}
