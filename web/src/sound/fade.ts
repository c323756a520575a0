/** The gain of one note: steady, then, once asked, falling smoothly to exactly nothing at a frame. */

const SHAPE = 1.5; // the exponent that makes the middle of the fall sound even

export class Fade {
  private base = 1; // the gain at which the fall begins
  private from = Infinity;
  private to = Infinity;

  /** A new note at this gain. */
  reset(gain: number): void {
    this.base = gain;
    this.from = Infinity;
    this.to = Infinity;
  }

  get end(): number {
    return this.to;
  }

  get falling(): boolean {
    return this.to !== Infinity;
  }

  at(frame: number): number {
    if (frame <= this.from) return this.base;
    if (frame >= this.to) return 0;
    // flat at both ends, so that neither the beginning nor the end of the fall can be heard
    const cosine = 0.5 + 0.5 * Math.cos((Math.PI * (frame - this.from)) / (this.to - this.from));
    return this.base * Math.pow(cosine, SHAPE);
  }

  /** Fall from one frame to another, from whatever gain there is by then; ``now`` is the next frame. */
  fall(now: number, from: number, to: number): void {
    // a fall that has begun goes on from where it is: waiting for a later one would be a leap
    const begin = Math.max(now, Math.min(from, this.from));
    this.base = this.at(begin);
    this.from = begin;
    this.to = Math.max(begin + 1, to);
  }

  /** Add a note's samples to the output, at this gain; ``frame`` is that of the first one. */
  mix(source: Float32Array, target: Float32Array, offset: number, frame: number, count: number): void {
    const steady = Math.max(0, Math.min(count, this.from - frame));
    for (let i = 0; i < steady; i++) target[offset + i]! += source[i]! * this.base;
    for (let i = steady; i < count; i++) target[offset + i]! += source[i]! * this.at(frame + i);
  }
}
