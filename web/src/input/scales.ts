/**
 * Which notes the pads give. Every scale is a set of notes that sound well in any order, so that
 * nothing on the pads can be wrong; "all" is there for whoever wants the rest.
 */

export type ScaleName = "open" | "darker" | "major" | "minor" | "dorian" | "longing" | "all";

export const SCALES: readonly ScaleName[] = [
  "open",
  "darker",
  "major",
  "minor",
  "dorian",
  "longing",
  "all",
];
export const DEFAULT_SCALE: ScaleName = "open";
export const PADS = 10;

interface Scale {
  readonly home: number; // MIDI number of the first pad
  readonly steps: readonly number[]; // semitones above home, within one octave
}

// Bright scales rest on C4. The dark ones rest on A3 with the same white notes, except where the
// mode needs its own: a change of scale while playing then keeps most notes under the hands.
const TABLE: Readonly<Record<ScaleName, Scale>> = {
  open: { home: 60, steps: [0, 2, 4, 7, 9] },
  darker: { home: 57, steps: [0, 3, 5, 7, 10] },
  major: { home: 60, steps: [0, 2, 4, 5, 7, 9, 11] },
  minor: { home: 57, steps: [0, 2, 3, 5, 7, 8, 10] },
  dorian: { home: 57, steps: [0, 2, 3, 5, 7, 9, 10] },
  longing: { home: 57, steps: [0, 1, 3, 5, 7, 8, 10] },
  all: { home: 60, steps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
};

const LOWEST = 21;
const HIGHEST = 108;

export function isScale(name: unknown): name is ScaleName {
  return typeof name === "string" && Object.hasOwn(TABLE, name);
}

/** The note a number of scale steps above home (below, if negative), kept on a piano's keys. */
export function step(scale: ScaleName, index: number): number {
  const { home, steps } = TABLE[scale];
  const octave = Math.floor(index / steps.length);
  const within = steps[index - octave * steps.length] ?? 0;
  let pitch = home + 12 * octave + within;
  while (pitch > HIGHEST) pitch -= 12;
  while (pitch < LOWEST) pitch += 12;
  return pitch;
}

/** A pad's note; `octave` moves it by whole octaves (the rows above and below the home row). */
export function padPitch(scale: ScaleName, pad: number, octave = 0): number {
  return step(scale, pad + octave * TABLE[scale].steps.length);
}

/** The notes of all pads, ascending. */
export function padPitches(scale: ScaleName): readonly number[] {
  return Array.from({ length: PADS }, (_, pad) => padPitch(scale, pad));
}

/** Every note of the scale between two pitches, ascending: what the whole sky gives. */
export function pitchesBetween(scale: ScaleName, low: number, high: number): readonly number[] {
  const { home, steps } = TABLE[scale];
  const inScale = new Set(steps.map((s) => (home + s) % 12));
  const found: number[] = [];
  for (let pitch = Math.max(low, LOWEST); pitch <= Math.min(high, HIGHEST); pitch += 1) {
    if (inScale.has(pitch % 12)) found.push(pitch);
  }
  return found;
}
