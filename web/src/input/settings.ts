/**
 * What a person chose the last time, so that nothing has to be chosen again. Kept by the browser;
 * absent, foreign or broken values fall back one by one. The theme follows the system.
 */
import type { Timbre } from "../sound/instrument";
import { TIMBRES } from "../sound/voices";
import { DEFAULT_SCALE, isScale, type ScaleName } from "./scales";

export { TIMBRES };

export type Way = "pads" | "sky" | "tap" | "switch" | "voice" | "both";

export const WAYS: readonly Way[] = ["pads", "sky", "tap", "switch", "voice", "both"];
/** How close together two presses of a switch count as one, milliseconds. */
export const DEBOUNCES = [40, 150, 350] as const;
export type Debounce = (typeof DEBOUNCES)[number];

/** How long a press has to last before it counts, milliseconds. */
export const HOLDS = [0, 150, 400] as const;
/** How long a press has to last until it asks for more than a note, milliseconds. */
export const LONGS = [2000, 3000, 5000] as const;
/** How long each choice is offered when choices are gone through, milliseconds. */
export const PACES = [1300, 2200, 3600] as const;

/** Minutes after which a duet of the voice comes to its close by itself; null: only when asked. */
export const CLOSES = [5, 10, 20, null] as const;

/** Whether this way of playing is heard through a microphone: "both" is voice and hands. */
export function isHeard(way: Way): boolean {
  return way === "voice" || way === "both";
}

export interface Settings {
  readonly timbre: Timbre;
  readonly volume: number; // 0-1
  readonly scale: ScaleName;
  readonly way: Way;
  readonly debounce: Debounce;
  readonly hold: (typeof HOLDS)[number];
  readonly long: (typeof LONGS)[number];
  readonly pace: (typeof PACES)[number];
  /** With two, one goes on to the next choice and the other takes it. */
  readonly switches: 1 | 2;
  /** Two play side by side, each with half of the keys and of the page. */
  readonly beside: boolean;
  /** What the right one of two plays with; the left one has `timbre`. */
  readonly second: Timbre;
  readonly closes: number | null; // minutes
  /** How long and how the last arrival chose to begin; null: nobody arrived yet. */
  readonly lasts: number | null; // minutes
  readonly opening: string | null;
  /** What a sound check measured, seconds: the way through loudspeaker and microphone, and how early this
   * person taps. */
  readonly roundTrip: number | null;
  readonly lead: number | null;
}

export const DEFAULTS: Settings = {
  timbre: "piano",
  volume: 0.7,
  scale: DEFAULT_SCALE,
  way: "pads",
  debounce: 40,
  hold: 0,
  long: 3000,
  pace: 2200,
  switches: 1,
  beside: false,
  second: "marimba",
  closes: 10,
  lasts: null,
  opening: null,
  roundTrip: null,
  lead: null,
};

const LONGEST_CLOSE = 120; // minutes
const LONGEST_ROUND_TRIP = 1; // seconds
const EARLIEST_HAND = 0.3; // seconds: what is earlier is no habit, but another beat

const KEY = "undersong.settings";

export function isWay(value: unknown): value is Way {
  return WAYS.some((way) => way === value);
}

/** Where settings are kept; null where the browser keeps nothing (private windows may refuse). */
export type Store = Pick<Storage, "getItem" | "setItem">;

export function browserStore(): Store | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

export function load(store: Store | null): Settings {
  let found: unknown;
  try {
    found = JSON.parse(store?.getItem(KEY) ?? "null");
  } catch {
    return DEFAULTS;
  }
  if (typeof found !== "object" || found === null) return DEFAULTS;
  const { timbre, volume, scale, way, debounce, hold, long, pace, switches, beside, second, closes, lasts, opening, roundTrip, lead } =
    found as Record<string, unknown>;
  return settled({
    timbre: TIMBRES.find((name) => name === timbre) ?? DEFAULTS.timbre,
    volume:
      typeof volume === "number" && volume >= 0 && volume <= 1 ? volume : DEFAULTS.volume,
    scale: isScale(scale) ? scale : DEFAULTS.scale,
    way: isWay(way) ? way : DEFAULTS.way,
    debounce: DEBOUNCES.find((ms) => ms === debounce) ?? DEFAULTS.debounce,
    hold: HOLDS.find((ms) => ms === hold) ?? DEFAULTS.hold,
    long: LONGS.find((ms) => ms === long) ?? DEFAULTS.long,
    pace: PACES.find((ms) => ms === pace) ?? DEFAULTS.pace,
    switches: switches === 2 ? 2 : 1,
    beside: beside === true,
    second: TIMBRES.find((name) => name === second) ?? DEFAULTS.second,
    closes: closes === null ? null : (within(closes, 0.1, LONGEST_CLOSE) ?? DEFAULTS.closes),
    lasts: within(lasts, 0.1, LONGEST_CLOSE),
    opening: typeof opening === "string" ? opening : null,
    roundTrip: within(roundTrip, 0, LONGEST_ROUND_TRIP),
    lead: within(lead, -EARLIEST_HAND, EARLIEST_HAND),
  });
}

/**
 * What can be so together: two side by side sound different, and a voice shares no halves of a page.
 * `timbres`: those that may be heard.
 */
export function settled(settings: Settings, timbres: readonly Timbre[] = TIMBRES): Settings {
  const { timbre, second, beside, way } = settings;
  return {
    ...settings,
    second: second === timbre ? (timbres.find((name) => name !== timbre) ?? second) : second,
    beside: beside && !isHeard(way),
  };
}

function within(value: unknown, low: number, high: number): number | null {
  return typeof value === "number" && value >= low && value <= high ? value : null;
}

/** Never fails: a full or forbidden store only means that the choice has to be made again. */
export function save(store: Store | null, settings: Settings): void {
  try {
    store?.setItem(KEY, JSON.stringify(settings));
  } catch {
    // nothing to do: playing matters more
  }
}
