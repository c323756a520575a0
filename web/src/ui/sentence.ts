/**
 * What Undersong says, and for how long. Pure. Music first, words at the edge: a sentence stays for
 * at least twenty seconds, and fades once the maker has played on for fifteen. What has become
 * untrue is not kept for those seconds: it fades, and the next sentence waits for its time.
 */
import type { Phase } from "../duet/view";

export const STAYS = 20_000;
export const PLAYED_ON = 15_000;
/** A pause longer than this is not playing on: the count begins again. */
export const PAUSE = 5_000;

export interface Said {
  readonly technique: string;
  readonly because: string | null;
  readonly at: number; // when it was put on the page, performance milliseconds
  /** It waits for the maker's first sound, and has said all it can once that has come. */
  readonly waiting: boolean;
  /** The partner does something else by now: not to be read any more. */
  readonly untrue: boolean;
}

export interface Wanted {
  readonly phase: Phase;
  readonly technique: string | null;
  readonly because: string | null;
  readonly lastOnset: number | null;
}

/** What a phase says for itself, at once; these are techniques in the catalogue, too. */
const SPOKEN: Partial<Record<Phase, string>> = { resting: "rest", finishing: "ending" };
const LISTENING = "giving-space";

/** What the page says at `now`, given what it says and what the duet wants said. */
export function say(said: Said | null, wanted: Wanted, now: number): Said | null {
  const spoken = SPOKEN[wanted.phase];
  if (spoken !== undefined) {
    return said?.technique === spoken ? said : sentence(spoken, null, wanted, now);
  }
  const { technique, because } = wanted;
  if (technique === null || technique === "rest") {
    // The rest is over, but what comes instead has not been said yet.
    return said?.technique === "rest" ? doubted(said) : said;
  }
  if (said === null) return sentence(technique, because, wanted, now);
  if (said.technique === technique && said.because === because && !said.untrue) return said;
  if (passing(said, wanted) || now - said.at >= STAYS) return sentence(technique, because, wanted, now);
  // The same with another reason is still true; that reason has time.
  return said.technique === technique ? said : doubted(said);
}

function sentence(technique: string, because: string | null, wanted: Wanted, now: number): Said {
  const waiting = technique === LISTENING && wanted.lastOnset === null;
  return { technique, because, at: now, waiting, untrue: false };
}

/**
 * Whether it gives way at once: the rest or the close it told of is over, the first sound came, or the
 * partner, who listened, plays.
 */
function passing(said: Said, wanted: Wanted): boolean {
  if (said.technique === "rest" || said.technique === "ending") return true;
  if (said.technique === LISTENING && wanted.technique !== LISTENING) return true;
  return said.waiting; // while nothing has sounded, whatever is said anew is news
}

function doubted(said: Said): Said {
  return said.untrue ? said : { ...said, untrue: true };
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
