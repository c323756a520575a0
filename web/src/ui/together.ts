/**
 * When "You two are moving together." is said, at the pace of a sentence. Pure: times are milliseconds. It
 * comes once that has lasted a little, stays for twenty seconds, and is not said again soon.
 */

export const LASTS = 2_000; // that they have moved together before it is said
export const STAYS = 20_000;
export const RESTS = 40_000; // from its end until it may come again

export interface Spoken {
  readonly from: number;
  readonly until: number;
}

/** What is said at `now`, given what was said last and since when they have moved together. */
export function spoken(before: Spoken | null, since: number | null, now: number): Spoken | null {
  if (before !== null && now < before.until) return before;
  if (since === null || now - since < LASTS) return before;
  if (before !== null && now < before.until + RESTS) return before;
  return { from: now, until: now + STAYS };
}

export function isSaid(said: Spoken | null, now: number): boolean {
  return said !== null && now < said.until;
}
