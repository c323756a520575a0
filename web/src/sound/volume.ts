/** The person's volume: it comes up slowly, so that nothing startles, and goes down at once. */

export const UPWARDS = 6; // dB a second
const FLOOR = -60; // dB; below, nothing
const BEGIN = -12; // dB below what is set, at the start
const DOWN = 0.02; // seconds: at once, without a click

/** Decibels for a volume of 0 to 1: halfway is 12 dB down. */
export function decibelsOf(volume: number): number {
  const clamped = Math.max(0, Math.min(1, volume));
  return Math.max(FLOOR, 40 * Math.log10(Math.max(clamped, 1e-6)));
}

const linear = (decibels: number): number => (decibels <= FLOOR ? 0 : Math.pow(10, decibels / 20));

/** The glide as it was last planned, so that another can begin from where it is. */
export class Volume {
  private from = FLOOR;
  private to = FLOOR;
  private began = 0;

  constructor(private volume: number) {}

  /** From softly on up to what is set. */
  start(gain: AudioParam, now: number): void {
    this.plan(gain, now, Math.max(FLOOR, decibelsOf(this.volume) + BEGIN));
  }

  set(volume: number): void {
    this.volume = volume;
  }

  change(gain: AudioParam, now: number): void {
    this.plan(gain, now, this.at(now));
  }

  /** The decibels that the glide has reached. */
  at(now: number): number {
    if (this.to <= this.from) return this.to;
    return Math.min(this.to, this.from + UPWARDS * Math.max(0, now - this.began));
  }

  private plan(gain: AudioParam, now: number, from: number): void {
    const to = decibelsOf(this.volume);
    this.from = from;
    this.to = to;
    this.began = now;
    gain.cancelScheduledValues(now);
    gain.setValueAtTime(linear(from), now);
    if (to > from) {
      if (from <= FLOOR) gain.setValueAtTime(Math.pow(10, FLOOR / 20), now);
      gain.exponentialRampToValueAtTime(Math.pow(10, to / 20), now + (to - from) / UPWARDS);
    } else {
      gain.linearRampToValueAtTime(linear(to), now + DOWN);
    }
  }
}
