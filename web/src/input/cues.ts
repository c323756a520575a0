/**
 * How a choice sounds while it is offered: each as what it is. Rest fades, Finish falls by a fifth, Begin
 * rises by one. Short, soft and low, so that a scan can lie over the music. Pure numbers.
 */

export interface Tone {
  readonly hertz: number;
  /** Where the tone glides to while it lasts. */
  readonly to?: number;
  readonly at: number; // seconds after the cue began
  readonly seconds: number;
  /** Whether it dies away slowly from its beginning, or is held and then let go. */
  readonly fades: boolean;
}

const semitones = (above: number): number => 261.63 * 2 ** (above / 12); // from C4

const held = (above: number, at: number, seconds: number): Tone => ({
  hertz: semitones(above),
  at,
  seconds,
  fades: false,
});
const struck = (above: number, at: number, seconds: number): Tone => ({
  hertz: semitones(above),
  at,
  seconds,
  fades: true,
});

export const CUES = {
  on: [held(4, 0, 0.5)], // play on: one tone that stays
  begin: [held(0, 0, 0.22), held(7, 0.22, 0.4)],
  start: [struck(-12, 0, 0.2), struck(-12, 0.28, 0.2), struck(0, 0.42, 0.3)], // somebody else begins a beat
  rest: [struck(-5, 0, 1.1)], // fades
  back: [held(0, 0, 0.2), held(5, 0.2, 0.35)], // comes back in
  finish: [held(7, 0, 0.28), held(0, 0.28, 0.6)], // a falling fifth
  keep: [held(0, 0, 0.7), held(4, 0.1, 0.6)], // two tones that stay together
  go: [{ ...held(2, 0, 0.7), to: semitones(-10) }], // sinks away
  again: [held(0, 0, 0.16), held(0, 0.24, 0.16), held(7, 0.48, 0.3)],
  help: [held(9, 0, 0.16), held(11, 0.16, 0.3)], // a question
  sound: [struck(0, 0, 0.18), struck(4, 0.13, 0.18), struck(9, 0.26, 0.3)],
  look: [held(7, 0, 0.16), held(4, 0.18, 0.16), held(7, 0.36, 0.3)], // there and back
  leave: [held(4, 0, 0.18), held(2, 0.18, 0.3)], // a step down: back to where one was
  ask: [struck(5, 0, 0.3), struck(9, 0.04, 0.3), struck(12, 0.08, 0.4)], // several choices behind it
} as const satisfies Record<string, readonly Tone[]>;

export type CueName = keyof typeof CUES;

export function isCue(name: unknown): name is CueName {
  return typeof name === "string" && Object.hasOwn(CUES, name);
}

const STEPS = [0, 2, 4, 7, 9]; // what has no cue of its own climbs five notes, place by place

/** The sound of a choice; one without a name of its own sounds by its place. */
export function cue(name: CueName | null, place: number): readonly Tone[] {
  if (name !== null) return CUES[name];
  const octave = Math.floor(place / STEPS.length) % 2;
  return [struck((STEPS[place % STEPS.length] ?? 0) + 12 * octave - 12, 0, 0.35)];
}
