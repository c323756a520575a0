/**
 * Where things lie on the shore. Pure: time is across, pitch is height, the maker above the
 * waterline and the partner below it. The page's touches use the same measure as its drawing, so a
 * stone lies where the sky was touched.
 */
import { isOther, type Mark } from "../duet/view";

export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly top: number; // highest a stone's middle may lie
  readonly water: number; // the waterline
  readonly floor: number; // lowest a wave's middle may lie
  readonly now: number; // across: what sounds at this moment
  readonly speed: number; // pixels a second
  readonly stone: number; // half a stone's height
}

export interface Insets {
  readonly top: number; // what lies over the picture above, pixels
  readonly bottom: number; // and below
}

export function geometry(width: number, height: number, insets: Insets): Geometry {
  const from = Math.min(insets.top, height * 0.4);
  const to = Math.max(height - insets.bottom, from + 60);
  const open = to - from;
  const water = from + open * 0.6;
  const stone = clamp(open * 0.036, 8, 19);
  return {
    width,
    height,
    top: from + stone + 6,
    water,
    floor: Math.max(to - stone * 0.6, water + 2.2 * stone),
    now: width * (width < 620 ? 0.7 : 0.74),
    speed: clamp(width / 15, 34, 104),
    stone,
  };
}

// Most playing lies between these; what lies outside is drawn closer together, never off the page.
const MAKER = { low: 55, high: 86 };
const PARTNER = { low: 36, high: 76 };

/** 0 at the low end, 1 at the high end; beyond them it bends, and never turns back. */
function height(pitch: number, range: { low: number; high: number }): number {
  const u = (pitch - range.low) / (range.high - range.low);
  const edge = 0.1; // of the height is left for what lies outside
  if (u < 0) return edge - edge * (1 - Math.exp(u * 3));
  if (u > 1) return 1 - edge + edge * (1 - Math.exp((1 - u) * 3));
  return edge + u * (1 - 2 * edge);
}

export function makerY(g: Geometry, pitch: number): number {
  const low = g.water - 2 * g.stone;
  return low - height(pitch, MAKER) * (low - g.top);
}

/** Deep notes lie deep; high ones just under the surface. */
export function partnerY(g: Geometry, pitch: number): number {
  const high = g.water + 1.9 * g.stone;
  return g.floor - height(pitch, PARTNER) * (g.floor - high);
}

export function markY(g: Geometry, mark: Pick<Mark, "who" | "by" | "pitch" | "voice">): number {
  if (mark.who === "maker") {
    if (mark.pitch !== null) return makerY(g, mark.pitch);
    // Of two who tap, the right one's lie in a row of their own.
    return g.water - (isOther(mark.by) ? 3.4 : 0.62) * g.stone;
  }
  if (mark.pitch === null || mark.voice === "percussion") return g.water + 1.05 * g.stone;
  return partnerY(g, mark.pitch);
}

/** The pitch, of those given, that is drawn nearest to a height in the sky. */
export function pitchAt(g: Geometry, y: number, pitches: readonly number[]): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const pitch of pitches) {
    const distance = Math.abs(makerY(g, pitch) - y);
    if (distance < least) {
      least = distance;
      best = pitch;
    }
  }
  return best;
}

/** Across, for a moment; times in milliseconds. */
export function timeX(g: Geometry, time: number, now: number): number {
  return g.now + ((time - now) / 1000) * g.speed;
}

/** How long a mark is still on the page after it ended, milliseconds. */
export function pastSpan(g: Geometry): number {
  return ((g.now + 4 * g.stone) / g.speed) * 1000;
}

export const STILL_SPAN = 12_000; // without scrolling: one passage across the page
export const STILL_FADE = 9_000; // and what was drawn is gone before the next

/** Without scrolling, a moment keeps its place for as long as it is seen. */
export function stillX(g: Geometry, time: number): number {
  const room = g.width - 8 * g.stone;
  const within = ((time % STILL_SPAN) + STILL_SPAN) % STILL_SPAN;
  return 4 * g.stone + (within / STILL_SPAN) * room;
}

const TIP = 500; // ms by which a sounding wave reaches past the present
const BUD = 60; // ms of it at the very onset: a wave swells, it does not pop up
const AHEAD = 3_500; // ms of what is to come that an outline shows at most

/**
 * Up to when a mark is drawn. A note's end is often not known before it comes (a ground may lie for
 * a minute, or be let go of with the next note), so nothing is drawn to its possible end: stones
 * grow up to the present, waves a soft tip further, and what is to come is only hinted at.
 */
export function drawnUntil(mark: Mark, now: number): number {
  const end = mark.to ?? Number.POSITIVE_INFINITY;
  if (mark.who === "maker") return Math.min(end, Math.max(now, mark.from));
  if (mark.from > now) return Math.min(end, mark.from + AHEAD);
  return Math.min(end, now + Math.min(TIP, now - mark.from + BUD));
}

/** The outline of a planned note stays for a moment while it begins to fill: up to when it reaches. */
export function outlinedUntil(mark: Mark): number {
  return Math.min(mark.to ?? Number.POSITIVE_INFINITY, mark.from + AHEAD);
}

/** Whether it sounds at this moment. A stroke sounds for as long as its rings widen. */
export function sounds(mark: Mark, now: number): boolean {
  return mark.from <= now && (mark.to === null || mark.to > now);
}

/** 1 while it sounds and shortly after, then less, but still there. */
export function presence(mark: Mark, now: number): number {
  if (mark.to === null || mark.to > now) return 1;
  const age = (now - mark.to) / 1000;
  return 1 - 0.58 * smooth((age - 2.5) / 4);
}

/** Marks leave the page softly instead of being cut off at its edge. */
export function edge(g: Geometry, x: number): number {
  return smooth(x / (g.width * 0.11));
}

/** Without scrolling, a mark comes within a moment and goes slowly. */
export function stillPresence(mark: Mark, now: number): number {
  if (now < mark.from) return 1;
  const end = mark.to === null || mark.to > now ? now : mark.to;
  return smooth((now - mark.from) / 250) * (1 - smooth((now - end) / STILL_FADE));
}

/** Whether anything has still to move: something sounds, is to come, or has not drifted away. */
export function moves(marks: readonly Mark[], now: number, past: number): boolean {
  return marks.some((mark) => mark.to === null || mark.to + past > now);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function smooth(u: number): number {
  const v = clamp(u, 0, 1);
  return v * v * (3 - 2 * v);
}

/** A number in [0, 1) that belongs to a name: each stone has its own slight irregularity. */
export function grain(name: string): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  }
  return (hash >>> 0) / 4294967296;
}
