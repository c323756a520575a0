/**
 * The partner's long tones grow softer while the maker's own notes die away, as a player does who
 * listens, and are back when the maker plays again. They never recede further than a ground may that
 * somebody stands on, and are as written where nothing of the maker's has sounded yet.
 */

const DEEPEST = 6; // dB
const DOWN = 8; // dB a second; a piano's own notes fall about as fast
const UP = 40; // dB a second: back within a moment of the maker's next note
const HEARD = 0.12; // seconds over which the maker's level is taken
const BEGUN = 3; // dB a second by which the level at which the last notes began is forgotten
const NOTHING = -60; // dB of full scale; softer than this the maker does not sound

const decibels = (energy: number): number => 10 * Math.log10(Math.max(energy, 1e-12));

export class Recede {
  private energy = 0;
  private begun = NOTHING; // dB: how loud the maker's latest notes began
  private depth = 0; // dB by which it has receded
  private gain = 1;

  constructor(private readonly sampleRate: number) {}

  /** The maker's next samples are heard; returns the gain before and after them. */
  hear(left: Float32Array, right: Float32Array, count: number): readonly [number, number] {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += left[i]! * left[i]! + right[i]! * right[i]!;
    const seconds = count / this.sampleRate;
    this.energy += (1 - Math.exp(-seconds / HEARD)) * (sum / (2 * count) - this.energy);
    const level = decibels(this.energy);
    this.begun = Math.max(level, this.begun - BEGUN * seconds, NOTHING);
    // In silence after the maker has played it stays away: the ground is not to rise by itself.
    if (level > NOTHING || this.depth > 0) {
      const wanted = Math.min(DEEPEST, Math.max(0, this.begun - level));
      const step = (wanted > this.depth ? DOWN : UP) * seconds;
      this.depth += Math.max(-step, Math.min(step, wanted - this.depth));
    }
    const before = this.gain;
    this.gain = Math.pow(10, -this.depth / 20);
    return [before, this.gain];
  }
}
