/** What held for a while: the line of techniques, and stretches between which something changes. Pure. */
import type { Chose } from "./review";

export interface Stretch<T> {
  readonly from: number; // seconds
  readonly to: number;
  readonly what: T;
}

/** The technique that answered, from each choice to the next; the same one after itself goes on. */
export function techniques(chose: readonly Chose[], end: number): readonly Stretch<Chose>[] {
  const found: Stretch<Chose>[] = [];
  for (const one of chose) {
    const last = found.at(-1);
    if (last !== undefined && last.what.technique === one.technique) continue;
    if (last !== undefined) found[found.length - 1] = { ...last, to: one.time };
    found.push({ from: one.time, to: Math.max(end, one.time), what: one });
  }
  return found.filter((one) => one.to > one.from);
}

/** The last decision before or at a moment: its technique and its reason. */
export function choiceAt(chose: readonly Chose[], time: number): Chose | null {
  let found: Chose | null = null;
  for (const one of chose) {
    if (one.time > time) break;
    found = one;
  }
  return found;
}

/** Windows in a row that say the same, as stretches; each window speaks for its own step. */
export function stretches<T>(labels: readonly (T | null)[], starts: readonly number[], length: number, step: number): readonly Stretch<T>[] {
  const found: Stretch<T>[] = [];
  labels.forEach((what, i) => {
    const start = starts[i];
    if (what === null || start === undefined) return;
    const from = start + (length - step) / 2;
    const last = found.at(-1);
    if (last !== undefined && last.what === what && Math.abs(last.to - from) < step / 2) {
      found[found.length - 1] = { ...last, to: from + step };
    } else found.push({ from, to: from + step, what });
  });
  return found;
}

export interface Minute {
  readonly from: number;
  readonly to: number;
  readonly maker: number; // notes begun
  readonly partner: number;
  readonly technique: string | null; // that answered longest
}

/** What each minute holds, for a table; `every`: seconds of a row. */
export function minutes(
  sounds: readonly { readonly who: "maker" | "partner"; readonly from: number }[],
  chose: readonly Chose[],
  seconds: number,
  every: number,
): readonly Minute[] {
  const line = techniques(chose, seconds);
  const count = Math.max(1, Math.ceil(seconds / every));
  const maker = new Array<number>(count).fill(0);
  const partner = new Array<number>(count).fill(0);
  for (const sound of sounds) {
    const row = Math.min(count - 1, Math.max(0, Math.floor(sound.from / every)));
    const of = sound.who === "maker" ? maker : partner;
    of[row] = (of[row] ?? 0) + 1;
  }
  return maker.map((notes, row) => {
    const [from, to] = [row * every, Math.min(seconds, (row + 1) * every)];
    const held = new Map<string, number>();
    for (const one of line) {
      const within = Math.min(one.to, to) - Math.max(one.from, from);
      if (within > 0) held.set(one.what.technique, (held.get(one.what.technique) ?? 0) + within);
    }
    const [longest] = [...held].toSorted((a, b) => b[1] - a[1]);
    return { from, to, maker: notes, partner: partner[row] ?? 0, technique: longest?.[0] ?? null };
  });
}

/** The nearest of some moments after (1) or before (-1) a place; null where there is none. */
export function beside(moments: readonly { readonly at: number }[], place: number, way: 1 | -1): number | null {
  const near = 0.05; // seconds: the place itself is not beside itself
  const found = moments.map((one) => one.at).filter((at) => (way === 1 ? at > place + near : at < place - near));
  return found.length === 0 ? null : way === 1 ? Math.min(...found) : Math.max(...found);
}
