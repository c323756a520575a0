/**
 * A breath as the page shows it and the drone sounds it: in and out, about 40 to 60, at a pace that
 * glides from where it is to where it is meant to be. Pure: the same moment gives the same breath, to
 * the page and to the audio thread alike. Times are seconds of whatever clock `at` is of.
 * Resonance breathing lies between 4.5 and 7 breaths a minute, for most people near 6.
 */

export interface Breath {
  readonly at: number; // the moment at which it is as told here
  readonly phase: number; // breaths so far; a whole number is the beginning of an in-breath
  readonly period: number; // seconds of a breath then
  readonly goal: number; // seconds of a breath towards which it glides
}

export const SLOWEST = 60 / 4.5; // seconds a breath
export const QUICKEST = 60 / 7;
export const PACES = { slower: 60 / 4.5, little: 60 / 5.2, like: 60 / 6, quicker: 60 / 7 } as const; // seconds
export type Pace = keyof typeof PACES;
export const IN = 0.4; // the share of a breath that goes in

const GLIDE = 40; // seconds in which two thirds of the way to another pace is done
const SWELL = 12; // dB between the softest and the loudest moment
const STEEPEST = 6; // dB a second that the swell may grow at most
const SPARE = 0.9;

/** The pace for a person whose own breath takes so many seconds: their own, within the range. */
export function goalFor(own: number): number {
  return Math.min(SLOWEST, Math.max(QUICKEST, own));
}

export function begin(at: number, period: number, goal = period): Breath {
  return { at, phase: 0, period, goal };
}

/** Another pace from this moment on, without a leap: the breath goes on from where it is. */
export function turn(breath: Breath, at: number, goal: number): Breath {
  return { at, phase: phaseAt(breath, at), period: periodAt(breath, at), goal };
}

/** The same breath told for another clock, which shows `there` when the first one shows `here`. */
export function onClock(breath: Breath, here: number, there: number): Breath {
  return { ...breath, at: breath.at - here + there };
}

/** Seconds that a breath takes at a moment. */
export function periodAt({ at, period, goal }: Breath, time: number): number {
  return goal + (period - goal) * Math.exp(-Math.max(0, time - at) / GLIDE);
}

/** Breaths up to a moment: the integral of one over the period, in closed form. */
export function phaseAt({ at, phase, period, goal }: Breath, time: number): number {
  const since = Math.max(0, time - at);
  const off = period - goal;
  const glided = (GLIDE / goal) * Math.log((goal + off * Math.exp(-since / GLIDE)) / (goal + off));
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
