/**
 * What a person chose the last time, so that nothing has to be chosen again. Kept by the browser;
 * absent, foreign or broken values fall back one by one. The theme follows the system.
 */
import type { Timbre } from "../sound/instrument";
import { DEFAULT_SCALE, isScale, type ScaleName } from "./scales";

export type Way = "pads" | "sky" | "tap" | "switch";

export const WAYS: readonly Way[] = ["pads", "sky", "tap", "switch"];
export const TIMBRES: readonly Timbre[] = [
  "piano",
  "marimba",
  "kalimba",
  "harp",
  "flute",
  "vibraphone",
  "guitar",
];
/** How close together two presses of a switch count as one, milliseconds. */
export const DEBOUNCES = [40, 150, 350] as const;
export type Debounce = (typeof DEBOUNCES)[number];

/** How long a press has to last before it counts, milliseconds. */
export const HOLDS = [0, 150, 400] as const;
/** How long a press has to last until it asks for more than a note, milliseconds. */
export const LONGS = [2000, 3000, 5000] as const;
/** How long each choice is offered when choices are gone through, milliseconds. */
export const PACES = [1300, 2200, 3600] as const;

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
};

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
  const { timbre, volume, scale, way, debounce, hold, long, pace, switches, beside, second } =
    found as Record<string, unknown>;
  const own = TIMBRES.find((name) => name === timbre) ?? DEFAULTS.timbre;
  return {
    timbre: own,
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
    second: another(own, TIMBRES.find((name) => name === second) ?? DEFAULTS.second),
  };
}

/** The right one's sound: the one wanted, if the left one does not play with it already. */
export function another(left: Timbre, wanted: Timbre): Timbre {
  return wanted === left ? (TIMBRES.find((name) => name !== left) ?? wanted) : wanted;
}

/** Never fails: a full or forbidden store only means that the choice has to be made again. */
export function save(store: Store | null, settings: Settings): void {
  try {
    store?.setItem(KEY, JSON.stringify(settings));
  } catch {
    // nothing to do: playing matters more
  }
}
