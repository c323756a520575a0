/**
 * A long take at little size: notes of one pitch that would touch the same pixels become one run, so that
 * an hour is drawn with no more strokes than the page has room for. Pure.
 */
import type { Mark } from "../duet/view";

export interface Run {
  readonly who: "maker" | "partner";
  readonly by: Mark["by"];
  readonly pitch: number | null;
  readonly voice: Mark["voice"];
  readonly left: number; // pixels from `from`
  right: number; // past the last pixel; at least one after `left`
}

/** The runs of marks that ascend by onset, at `scale` pixels a second, as seen from `from` on (seconds). */
export function runs(marks: Iterable<Mark>, from: number, scale: number): readonly Run[] {
  const open = new Map<string, Run>();
  const found: Run[] = [];
  for (const mark of marks) {
    const left = Math.floor((mark.from / 1000 - from) * scale);
    const right = Math.max(left + 1, Math.ceil(((mark.to ?? mark.from) / 1000 - from) * scale));
    const lane = `${mark.who} ${mark.by ?? ""} ${mark.pitch ?? "struck"} ${mark.voice === "percussion"}`;
    const run = open.get(lane);
    if (run !== undefined && left <= run.right) {
      run.right = Math.max(run.right, right);
      continue;
    }
    const next: Run = { who: mark.who, by: mark.by, pitch: mark.pitch, voice: mark.voice, left, right };
    open.set(lane, next);
    found.push(next);
  }
  return found;
}

/** Marks ascending by onset, found quickly by when they sound. */
export class Laid {
  private readonly reach: Float64Array; // up to when anything sounds of all up to this one

  constructor(readonly marks: readonly Mark[]) {
    this.reach = new Float64Array(marks.length);
    let far = Number.NEGATIVE_INFINITY;
    marks.forEach((mark, i) => {
      far = Math.max(far, mark.to ?? mark.from);
      this.reach[i] = far;
    });
  }

  /** Those that sound between two moments (seconds), by onset. */
  between(from: number, to: number): Mark[] {
    const found: Mark[] = [];
    for (let i = this.first(from * 1000); i < this.marks.length; i += 1) {
      const mark = this.marks[i] as Mark;
      if (mark.from > to * 1000) break;
      if ((mark.to ?? mark.from) >= from * 1000) found.push(mark);
    }
    return found;
  }

  /** The first of which, or of one before which, something reaches this moment (milliseconds). */
  private first(moment: number): number {
    let [low, high] = [0, this.marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.reach[middle] as number) < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
