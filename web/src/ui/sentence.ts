/**
 * What Undersong says, and for how long. Pure. Music first, words at the edge: a sentence stays for
 * at least twenty seconds, and fades once the maker has played on for fifteen.
 */

export const STAYS = 20_000;
export const PLAYED_ON = 15_000;
/** A pause longer than this is not playing on: the count begins again. */
export const PAUSE = 5_000;

export interface Said {
  readonly technique: string;
  readonly because: string | null;
  readonly at: number; // when it was put on the page, performance milliseconds
}

interface Wanted {
  readonly technique: string | null;
  readonly because: string | null;
}

/** What the page says at `now`, given what it says and what the duet wants said. */
export function say(said: Said | null, wanted: Wanted, now: number): Said | null {
  if (wanted.technique === null) return said;
  if (said !== null) {
    if (said.technique === wanted.technique && said.because === wanted.because) return said;
    if (now - said.at < STAYS) return said;
  }
  return { technique: wanted.technique, because: wanted.because, at: now };
}

/** How the maker's playing is followed: when the present stretch of it began, and its last onset. */
export interface Stretch {
  readonly from: number;
  readonly last: number;
}

export function stretch(before: Stretch | null, onset: number | null): Stretch | null {
  if (onset === null || onset === before?.last) return before;
  if (before === null || onset - before.last > PAUSE) return { from: onset, last: onset };
  return { from: before.from, last: onset };
}

/** Whether the maker has played on for long enough since the sentence came. It stays faded then. */
export function faded(said: Said | null, playing: Stretch | null): boolean {
  if (said === null || playing === null) return false;
  return playing.last - Math.max(said.at, playing.from) >= PLAYED_ON;
}
