/**
 * One switch: the person gives time and length, this gives the pitch. A calm walk in the scale,
 * mostly by step, that turns back after a leap, leans home after a while and begins again near
 * home after a silence. Seeded, so the same seed and times give the same tune.
 */

const SILENCE = 4000; // ms without a press, after which a new phrase begins
const PHRASE = 8; // notes after which the walk leans towards home
const TOP = 9; // highest pad

/** A small seeded source of numbers in [0, 1) (Weyl sequence with a mixing step). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}

export class Walk {
  private readonly chance: () => number;
  private at = 0; // pad
  private last = 0; // the last step, in pads
  private notes = 0; // notes of this phrase
  private heard: number | null = null; // when the last press or release was

  /** `homes` are the pads that sound like home: the first, and its octave. */
  constructor(
    seed: number,
    private readonly homes: readonly number[] = [0, 5],
  ) {
    this.chance = seeded(seed);
  }

  /** The pad that sounds for a press at `when` (milliseconds). */
  next(when: number): number {
    const fresh = this.heard === null || when - this.heard > SILENCE;
    this.heard = when;
    if (fresh) return this.begin();
    this.notes += 1;
    const step = this.step();
    const to = Math.min(TOP, Math.max(0, this.at + step));
    this.last = to - this.at;
    this.at = to;
    return to;
  }

  /** The switch was let go: the silence is counted from here. */
  released(when: number): void {
    this.heard = when;
  }

  private begin(): number {
    const home = this.homes[Math.floor(this.chance() * this.homes.length)] ?? 0;
    const beside = this.chance() < 0.6 ? 0 : 1;
    this.at = Math.min(TOP, home + beside);
    this.last = 0;
    this.notes = 1;
    return this.at;
  }

  private step(): number {
    // After a leap a tune turns and fills what it leapt over.
    if (Math.abs(this.last) > 1) return -Math.sign(this.last);
    if (this.notes >= PHRASE) {
      const home = this.nearestHome();
      if (home === this.at) {
        this.notes = 1;
        return this.chance() < 0.5 ? 0 : 1;
      }
      return Math.sign(home - this.at);
    }
    const kind = this.chance();
    // Going on in the same direction is calmer than turning at every note.
    const on = this.last === 0 ? (this.chance() < 0.5 ? 1 : -1) : Math.sign(this.last);
    const direction = this.bounded(this.chance() < 0.68 ? on : -on);
    if (kind < 0.14) return 0;
    if (kind < 0.84) return direction;
    return direction * (kind < 0.96 ? 2 : 3);
  }

  private bounded(direction: number): number {
    if (this.at <= 0) return 1;
    return this.at >= TOP ? -1 : direction;
  }

  private nearestHome(): number {
    return this.homes.reduce(
      (best, home) => (Math.abs(home - this.at) < Math.abs(best - this.at) ? home : best),
      this.homes[0] ?? 0,
    );
  }
}
