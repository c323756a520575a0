/**
 * What a person chose the last time, so that nothing has to be chosen again. Kept by the browser;
 * absent, foreign or broken values fall back one by one. The theme follows the system.
 */
import type { Timbre } from "../sound/instrument";
import { TIMBRES } from "../sound/voices";
import { DEFAULT_SCALE, isScale, type ScaleName } from "./scales";

export { TIMBRES };

export type Way = "pads" | "sky" | "tap" | "switch";

export const WAYS: readonly Way[] = ["pads", "sky", "tap", "switch"];
/** How close together two presses of a switch count as one, milliseconds. */
export const DEBOUNCES = [40, 150, 350] as const;
export type Debounce = (typeof DEBOUNCES)[number];

export interface Settings {
  readonly timbre: Timbre;
  readonly volume: number; // 0-1
  readonly scale: ScaleName;
  readonly way: Way;
  readonly debounce: Debounce;
}

export const DEFAULTS: Settings = {
  timbre: "piano",
  volume: 0.7,
  scale: DEFAULT_SCALE,
  way: "pads",
  debounce: 40,
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
  const { timbre, volume, scale, way, debounce } = found as Record<string, unknown>;
  return {
    timbre: TIMBRES.find((name) => name === timbre) ?? DEFAULTS.timbre,
    volume:
      typeof volume === "number" && volume >= 0 && volume <= 1 ? volume : DEFAULTS.volume,
    scale: isScale(scale) ? scale : DEFAULTS.scale,
    way: isWay(way) ? way : DEFAULTS.way,
    debounce: DEBOUNCES.find((ms) => ms === debounce) ?? DEFAULTS.debounce,
  };
}

/** Never fails: a full or forbidden store only means that the choice has to be made again. */
export function save(store: Store | null, settings: Settings): void {
  try {
    store?.setItem(KEY, JSON.stringify(settings));
  } catch {
    // nothing to do: playing matters more
  }
}
