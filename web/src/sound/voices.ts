/** Who sounds with what: the bank's voices in their order, and how each part of the partner behaves. */

import type { Banked, Timbre, Voice } from "./instrument";
import bankVoices from "./voices.json";

/** A voice of the bank, or the drum, which is synthesised. */
export type Sound = Timbre | Exclude<Voice, "percussion"> | "rim";

export const BANKED: readonly Banked[] = [
  "piano",
  "marimba",
  "kalimba",
  "harp",
  "flute",
  "vibraphone",
  "guitar",
];
/** Keys, mallets and a drum first: what client and therapist have before them in studies of music therapy. */
export const TIMBRES: readonly Timbre[] = ["piano", "marimba", "drum", ...BANKED.slice(2)];
export const VOICES: readonly Voice[] = ["bass", "chords", "melody", "percussion"];

const names = bankVoices.map((voice) => voice.name);

/** The number of a voice's preset in our bank. */
export function program(name: string): number {
  return names.indexOf(name);
}

interface Part {
  readonly notes: number; // how many may sound at once; one more than that fades for a new one
  readonly tail: number; // seconds in which a note that has lasted its longest dies away
  readonly beneath: number; // dB by which each note lies under the maker's of the same velocity
  readonly recedes: boolean; // whether it grows softer while the maker's own notes die away
}

export const PARTS: Readonly<Record<Voice, Part>> = {
  bass: { notes: 4, tail: 0.3, beneath: 1, recedes: true },
  chords: { notes: 8, tail: 0.25, beneath: 6, recedes: true }, // three or four together, as loud as one
  melody: { notes: 4, tail: 0.12, beneath: 2, recedes: false },
  percussion: { notes: 3, tail: 0.5, beneath: 0, recedes: false }, // a stroke rings out
};

export const RIM = 37; // the engine's pitch for the rim of its frame drum
export const MIDDLE = 41;
const INNERMOST = 57; // from here on upwards the maker's keys strike nearer and nearer to the rim,
const OUTERMOST = 84; // and from here on at the rim

/** Where on the skin a stroke of this pitch falls: 0 near the middle, 1 at the rim. */
export function placeOf(pitch: number): number {
  if (pitch === RIM) return 1;
  return Math.max(0, Math.min(1, (pitch - INNERMOST) / (OUTERMOST - INNERMOST)));
}

/** What the parts take turns with. The ground stays the same. */
const TURNS: Readonly<Record<Exclude<Voice, "percussion">, readonly Sound[]>> = {
  bass: ["bass"],
  chords: ["chords", "flute"],
  melody: ["melody", "vibraphone", "kalimba"],
};

/**
 * Which of its sounds a partner's note takes when some are not to be heard; null: none, so it does not sound.
 */
export function timbreWithout(voice: Voice, timbre: number, muted: readonly string[]): number | null {
  if (voice === "percussion") return muted.includes("drum") ? null : timbre;
  const sounds = TURNS[voice];
  const tried = sounds.map((_, more) => (timbre + more) % sounds.length);
  return tried.find((one) => !muted.includes(sounds[one]!)) ?? null;
}

/** The sound that a partner's note is played with; `timbre`: which of those its part takes turns with. */
export function soundOf(voice: Voice, pitch: number, timbre: number): Sound {
  if (voice === "percussion") return pitch === RIM ? "rim" : "drum";
  const sounds = TURNS[voice];
  return sounds[timbre % sounds.length]!;
}
