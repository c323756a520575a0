/**
 * A person's own pace, from presses at the beginning of their in-breaths. Pure; times are seconds.
 * A press too soon after the last is the same one trembling; a long gap begins anew.
 */

export const ENOUGH = 4; // presses
const TREMBLE = 1.2; // seconds: no breath is shorter
const LOST = 25; // seconds: no breath is longer

export interface Found {
  readonly presses: readonly number[];
}

export const NOTHING: Found = { presses: [] };

/** One more press. */
export function press(found: Found, at: number): Found {
  const last = found.presses.at(-1);
  if (last === undefined || at - last > LOST) return { presses: [at] };
  if (at - last < TREMBLE) return found;
  return { presses: [...found.presses, at] };
}

/** Seconds of a breath so far: the middle one of the gaps; null before there are two presses. */
export function own({ presses }: Found): number | null {
  const gaps = presses.slice(1).map((at, index) => at - presses[index]!);
  if (gaps.length === 0) return null;
  const sorted = gaps.sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

export function enough(found: Found): boolean {
  return found.presses.length >= ENOUGH;
}
