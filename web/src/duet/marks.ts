/** What sounded and what will, for the eye. Kept for ten minutes; ordered by when it begins. */

import type { Mark } from "./view";

const KEPT = 600_000; // ms

interface Growing extends Omit<Mark, "to" | "from"> {
  from: number;
  to: number | null;
}

export class Marks {
  private all: Growing[] = [];
  private readonly open = new Map<string, Growing>();

  since(moment: number): readonly Mark[] {
    return this.all.filter((mark) => mark.to === null || mark.to >= moment);
  }

  /** A note of the maker's begins; it lasts until `end`. */
  begin(id: string, pitch: number | null, velocity: number, from: number): void {
    this.end(id, from);
    const mark: Growing = { who: "maker", id, pitch, velocity, voice: null, from, to: null, planned: false };
    this.open.set(id, mark);
    this.add(mark);
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
