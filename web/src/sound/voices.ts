/** Who sounds with what: the bank's voices in their order, and how each part of the partner behaves. */

import type { Timbre, Voice } from "./instrument";
import bankVoices from "./voices.json";

/** A voice of the bank, or the drum, which is synthesised. */
export type Sound = Timbre | Exclude<Voice, "percussion"> | "drum" | "rim";

export const TIMBRES: readonly Timbre[] = [
  "piano",
  "marimba",
  "kalimba",
  "harp",
  "flute",
  "vibraphone",
  "guitar",
];
export const VOICES: readonly Voice[] = ["bass", "chords", "melody", "percussion"];

const names = bankVoices.map((voice) => voice.name);

/** The number of a voice's preset in our bank. */
export function program(name: string): number {
  return names.indexOf(name);
}

interface Part {
  readonly notes: number; // how many may sound at once; one more than that fades for a new one
  readonly tail: number; // seconds in which a note that has lasted its longest dies away
}

export const PARTS: Readonly<Record<Voice, Part>> = {
  bass: { notes: 4, tail: 0.3 },
  chords: { notes: 8, tail: 0.25 },
  melody: { notes: 4, tail: 0.12 },
  percussion: { notes: 3, tail: 0.5 }, // a stroke rings out
};

export const RIM = 37; // the engine's pitch for the rim of its frame drum; any other is its middle
export const MIDDLE = 41;

/** What the parts take turns with. The ground stays the same. */
const TURNS: Readonly<Record<Exclude<Voice, "percussion">, readonly Sound[]>> = {
  bass: ["bass"],
  chords: ["chords", "flute"],
  melody: ["melody", "vibraphone", "kalimba"],
};

/** The sound that a partner's note is played with; `timbre`: which of those its part takes turns with. */
export function soundOf(voice: Voice, pitch: number, timbre: number): Sound {
  if (voice === "percussion") return pitch === RIM ? "rim" : "drum";
  const sounds = TURNS[voice];
  return sounds[timbre % sounds.length]!;
}
