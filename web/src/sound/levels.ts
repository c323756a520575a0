/**
 * What was measured of each sound (tools/levels.mjs): the gain that makes it exactly as loud as its
 * velocity says, 40 dB for a factor of ten, and how long it takes to speak.
 */

import measured from "./levels.json";
import type { Sound } from "./voices";

export interface Levels {
  readonly velocities: readonly number[];
  readonly sounds: Readonly<Record<string, SoundLevels>>;
}

export interface SoundLevels {
  readonly pitches: readonly number[];
  readonly trims: readonly (readonly number[])[]; // dB for each pitch and velocity
  readonly attacks: readonly number[]; // ms for each pitch
}

export const LEVELS: Levels = measured;

/** Where a value lies among ascending ones: the index below it, and the share of the way up. */
function place(value: number, steps: readonly number[]): [number, number] {
  const last = steps.length - 1;
  if (value <= steps[0]!) return [0, 0];
  if (value >= steps[last]!) return [last, 0];
  let index = 0;
  while (steps[index + 1]! <= value) index++;
  return [index, (value - steps[index]!) / (steps[index + 1]! - steps[index]!)];
}

/** The linear gain of a note. */
export function trim(levels: Levels, sound: Sound, pitch: number, velocity: number): number {
  const { pitches, trims } = levels.sounds[sound]!;
  const [low, upwards] = place(pitch, pitches);
  const [soft, louder] = place(velocity, levels.velocities);
  const along = (row: readonly number[]) =>
    row[soft]! + louder * ((row[soft + 1] ?? row[soft]!) - row[soft]!);
  const below = along(trims[low]!);
  const above = along(trims[low + 1] ?? trims[low]!);
  return Math.pow(10, (below + upwards * (above - below)) / 20);
}

/** Seconds until a note of this pitch is heard to have begun. */
export function attack(levels: Levels, sound: Sound, pitch: number): number {
  const { pitches, attacks } = levels.sounds[sound]!;
  const [low, upwards] = place(pitch, pitches);
  const below = attacks[low]!;
  return (below + upwards * ((attacks[low + 1] ?? below) - below)) / 1000;
}
