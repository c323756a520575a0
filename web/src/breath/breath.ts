/**
 * A breath as the page shows it and the drone sounds it: in and out, about 40 to 60, at a pace that
 * glides from where it is to where it is meant to be. Pure: the same moment gives the same breath, to
 * the page and to the audio thread alike. Times are seconds of whatever clock `at` is of.
 * The pace lies between 4.5 and 7 breaths a minute, as slow breathing at a pace of one's own is usually sought.
 */

export interface Breath {
  readonly at: number; // the moment at which it is as told here
  readonly phase: number; // breaths so far; a whole number is the beginning of an in-breath
  readonly period: number; // seconds of a breath then
  readonly goal: number; // seconds of a breath towards which it glides,
  readonly glide: number; // and the seconds in which two thirds of the way there are done
}

export const SLOWEST = 60 / 4.5; // seconds a breath
export const QUICKEST = 60 / 7;
export const PACES = { slower: 60 / 4.5, little: 60 / 5.2, like: 60 / 6, quicker: 60 / 7 } as const; // seconds
export type Pace = keyof typeof PACES;
export const IN = 0.4; // the share of a breath that goes in

const CHOSEN = 5; // seconds to glide to a pace that was chosen: the choice is heard in the same breath
const EASED = 40; // and from a person's own pace into the range: over about ten breaths
const SWELL = 12; // dB between the softest and the loudest moment
const STEEPEST = 6; // dB a second that the swell may grow at most
const SPARE = 0.9;

/** The pace for a person whose own breath takes so many seconds: their own, within the range. */
export function goalFor(own: number): number {
  return Math.min(SLOWEST, Math.max(QUICKEST, own));
}

export function begin(at: number, period: number): Breath {
  return { at, phase: 0, period, goal: period, glide: CHOSEN };
}

/** From a person's own pace, an in-breath of whom begins at this moment, to the nearest within the range. */
export function ease(at: number, own: number): Breath {
  return { at, phase: 0, period: own, goal: goalFor(own), glide: EASED };
}

/** No breath yet: as at the end of an out-breath, for as long as it takes. */
export function wait(period: number): Breath {
  return begin(Number.MAX_SAFE_INTEGER, period);
}

/** Another pace from this moment on, without a leap: the breath goes on from where it is. */
export function turn(breath: Breath, at: number, goal: number): Breath {
  return { at, phase: phaseAt(breath, at), period: periodAt(breath, at), goal, glide: CHOSEN };
}

/** The same breath told for another clock, which shows `there` when the first one shows `here`. */
export function onClock(breath: Breath, here: number, there: number): Breath {
  return { ...breath, at: breath.at - here + there };
}

/** Seconds that a breath takes at a moment. */
export function periodAt({ at, period, goal, glide }: Breath, time: number): number {
  return goal + (period - goal) * Math.exp(-Math.max(0, time - at) / glide);
}

/** Breaths up to a moment: the integral of one over the period, in closed form. */
export function phaseAt({ at, phase, period, goal, glide }: Breath, time: number): number {
  const since = Math.max(0, time - at);
  const off = period - goal;
  const glided = (glide / goal) * Math.log((goal + off * Math.exp(-since / glide)) / (goal + off));
  return phase + since / goal + glided;
}

export function goesIn(breath: Breath, time: number): boolean {
  const phase = phaseAt(breath, time);
  return phase - Math.floor(phase) < IN;
}

/** How full the breath is: 0 empty, 1 full, gently at both ends. */
export function fullness(breath: Breath, time: number): number {
  const phase = phaseAt(breath, time);
  const within = phase - Math.floor(phase);
  const along = within < IN ? within / IN : 1 - (within - IN) / (1 - IN);
  return 0.5 - 0.5 * Math.cos(Math.PI * along);
}

/** dB below the fullest moment; quick breaths swell less, so that none grows by more than 6 dB a second. */
export function swell(breath: Breath, time: number): number {
  const most = (SPARE * STEEPEST * 2 * IN * periodAt(breath, time)) / Math.PI;
  return -Math.min(SWELL, most) * (1 - fullness(breath, time));
}
