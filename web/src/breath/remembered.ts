/** How a person breathed the last time, so that it can be the same again. Kept by the browser. */

import type { Store } from "../input/settings";
import { goalFor, PACES, type Pace } from "./breath";

export const MINUTES = [1, 3, 5] as const;
export const CHOICES = ["slower", "little", "like", "quicker", "mine"] as const;

export interface Remembered {
  readonly pace: Pace | "mine";
  readonly own: number | null; // seconds of their own breath, once found
  readonly minutes: (typeof MINUTES)[number];
  readonly before: boolean; // whether they have breathed first before
}

export const FIRST: Remembered = { pace: "like", own: null, minutes: 3, before: false };

const KEY = "undersong.breath";

/** Seconds of a breath to begin with. */
export function periodOf({ pace, own }: Remembered): number {
  if (pace !== "mine") return PACES[pace];
  return own === null ? PACES.like : goalFor(own);
}

/** Absent, foreign or broken values fall back one by one. */
export function recall(store: Store | null): Remembered {
  let found: unknown;
  try {
    found = JSON.parse(store?.getItem(KEY) ?? "null");
  } catch {
    return FIRST;
  }
  if (typeof found !== "object" || found === null) return FIRST;
  const { pace, own, minutes, before } = found as Record<string, unknown>;
  return {
    pace: CHOICES.find((name) => name === pace) ?? FIRST.pace,
    own: typeof own === "number" && own > 0 && own < 60 ? own : null,
    minutes: MINUTES.find((n) => n === minutes) ?? FIRST.minutes,
    before: before === true,
  };
}

/** Never fails: playing matters more than remembering. */
export function remember(store: Store | null, what: Remembered): void {
  try {
    store?.setItem(KEY, JSON.stringify(what));
  } catch {
    // a full or forbidden store: it is asked again next time
  }
}
