/** The whole sky as an instrument: where it is touched, there the stone will lie. */
import { pitchesBetween, type ScaleName } from "../input/scales";
import type { Spot } from "../input/touch";
import { type Geometry, makerY, pitchAt } from "./layout";

const LOW = 57; // A3
const HIGH = 84; // C6
const HOLDS = 4; // px: a finger between two notes stays on the one it began with

/** The note under a height in the sky; null on the water. A touch that trembles keeps its note. */
export function skySpot(g: Geometry, y: number, scale: ScaleName, before: Spot | null): Spot | null {
  if (y > g.water) return null;
  const pitch = pitchAt(g, y, pitchesBetween(scale, LOW, HIGH));
  if (pitch === null) return null;
  const off = (of: number): number => Math.abs(makerY(g, of) - y);
  const place = before && off(before.place) < off(pitch) + HOLDS ? before.place : pitch;
  return { place, lean: 0 };
}
