/** What sounded and what will, for the eye. Kept for ten minutes; ordered by when it begins. */

import type { Mark, Whose } from "./view";

const KEPT = 600_000; // ms
const MEETS = 90; // ms: onsets of two makers nearer than this have met (as in listening/moving.py)
const JOINED = 12_000; // ms: what met so lately is joined once it is heard that two move together

interface Growing extends Omit<Mark, "to" | "from" | "met"> {
  from: number;
  to: number | null;
  met?: Growing;
}

export class Marks {
  private all: Growing[] = [];
  private readonly open = new Map<string, Growing>();
  private joining = false;

  since(moment: number): readonly Mark[] {
    return this.all.filter((mark) => mark.to === null || mark.to >= moment);
  }

  /** A note of the maker's begins; it lasts until `end`. */
  begin(id: string, pitch: number | null, velocity: number, from: number, by: Whose = "you"): void {
    this.end(id, from);
    const mark: Growing = { who: "maker", id, by, pitch, velocity, voice: null, from, to: null, planned: false };
    this.open.set(id, mark);
    this.add(mark);
    if (this.joining) this.join(mark);
  }

  /** Two makers move together from now on, or do not any more: what meets is joined, also what met lately. */
  together(joining: boolean, now: number): void {
    if (joining && !this.joining) {
      for (const mark of this.all) if (mark.from >= now - JOINED) this.join(mark);
    }
    this.joining = joining;
  }

  /** Joins a note with the nearest of another maker's that is not joined yet. */
  private join(mark: Growing): void {
    if (mark.by === undefined || mark.met !== undefined) return;
    let nearest: Growing | null = null;
    for (let at = this.all.length - 1; at >= 0; at--) {
      const other = this.all[at] as Growing;
      if (other.from < mark.from - MEETS) break;
      if (other.by === undefined || other.by === mark.by || other.met !== undefined) continue;
      const apart = Math.abs(other.from - mark.from);
      if (apart <= MEETS && (nearest === null || apart < Math.abs(nearest.from - mark.from))) nearest = other;
    }
    if (nearest === null) return;
    mark.met = nearest;
    nearest.met = mark;
  }

  end(id: string, to: number): void {
    const mark = this.open.get(id);
    if (mark === undefined) return;
    mark.to = Math.max(to, mark.from);
    this.open.delete(id);
  }

  endAll(to: number): void {
    for (const id of [...this.open.keys()]) this.end(id, to);
  }

  /** A note of the partner's, planned or sounding. */
  play(mark: Mark): void {
    this.add({ ...mark });
  }

  retract(id: string): void {
    this.all = this.all.filter((mark) => mark.who !== "partner" || mark.id !== id);
  }

  release(id: string, to: number): void {
    const mark = this.all.find((one) => one.who === "partner" && one.id === id);
    if (mark !== undefined && (mark.to === null || mark.to > to)) mark.to = Math.max(to, mark.from);
  }

  /** The partner falls silent at `at`: what sounds ends by then, what is planned goes. */
  silence(now: number, at: number): void {
    this.all = this.all.filter((mark) => mark.who !== "partner" || mark.from <= now);
    for (const mark of this.all) {
      if (mark.who === "partner" && (mark.to === null || mark.to > at)) mark.to = at;
    }
  }

  clear(): void {
    this.joining = false;
    this.all = [];
    this.open.clear();
  }

  private add(mark: Growing): void {
    const oldest = mark.from - KEPT;
    if (this.all.length > 0 && (this.all[0] as Growing).from < oldest) {
      this.all = this.all.filter((one) => one.to === null || one.to >= oldest);
    }
    let at = this.all.length;
    while (at > 0 && (this.all[at - 1] as Growing).from > mark.from) at--;
    this.all.splice(at, 0, mark);
  }
}
