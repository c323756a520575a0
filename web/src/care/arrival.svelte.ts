/**
 * Arriving: what was chosen on the way in, so that one can leave it and go on. The sign is kept nowhere but
 * in this page's memory, until the take has it; how long and how it began are remembered as settings are.
 */
import type { Settings } from "../input/settings";
import { NO_SIGN, type Sign } from "./sign";

export const LASTS = [null, 5, 10, 20] as const; // minutes; null: as long as one likes
export const OPENINGS = ["begin", "partnerStarts", "breathe"] as const;
export type Opening = (typeof OPENINGS)[number];
export const STEPS = ["sign", "lasts", "opening"] as const;
export type Step = (typeof STEPS)[number];

export class Arrival {
  step = $state<Step>("sign");
  sign = $state.raw<Sign>(NO_SIGN);
  /** Minutes that were chosen for the take that comes, or is there; null: without end. */
  lasts = $state<number | null>(null);

  next(): void {
    this.step = STEPS[STEPS.indexOf(this.step) + 1] ?? this.step;
  }

  /** Back by one; whether there was one. */
  back(): boolean {
    const at = STEPS.indexOf(this.step);
    this.step = STEPS[Math.max(0, at - 1)] ?? this.step;
    return at > 0;
  }

  /** It begins: the sign goes with this take, and the next arrival is a new one. */
  begun(): Sign {
    const { sign } = this;
    this.sign = NO_SIGN;
    this.step = "sign";
    return sign;
  }

  /** Begun without arriving: nothing of an earlier arrival holds. */
  passed(): void {
    this.lasts = null;
  }
}

/** What the last arrival chose, where there was one. */
export function lastTime(settings: Settings): { readonly lasts: number | null; readonly opening: Opening } | null {
  const opening = OPENINGS.find((one) => one === settings.opening);
  return opening === undefined ? null : { lasts: settings.lasts, opening };
}
