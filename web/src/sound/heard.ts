/**
 * What this machine's browser keeps of a person's hearing here: the week's estimate, what was said of
 * their ears, and how loud it may ever become. Absent, foreign or broken values fall back one by one.
 */

import type { Store } from "../input/settings";
import { add, answered, BESIDE, type Beside, type Day, EARS, type Ears, type Heard, recent, through, THROUGH, type Through, type Week, week } from "./exposure";

const KEY = "undersong.heard";
const SAVED_AFTER = 10; // seconds of sound
const LATELY = 30; // seconds over which the level that is compared with talking is taken
const USUAL = 1e-3; // the mean square that is compared before anything was heard: 30 dB below full scale

/** The day of the calendar where the person is. */
export function dayOf(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export class Hearing {
  private days: readonly Day[] = [];
  private unsaved = 0; // seconds
  private lately: number | null = null; // mean square
  ears: Ears = EARS;
  /** Whether less sound is advised for other reasons than what was said here; not kept here. */
  careful = false;
  /** The volume, 0-1, that is never passed; null: none was set. */
  loudest: number | null = null;

  constructor(private readonly store: Store | null) {
    this.read();
  }

  /** A stretch of sound was heard. */
  hear(heard: Heard, now: Date): void {
    this.days = add(this.days, dayOf(now), heard, this.ears);
    const share = Math.min(1, heard.seconds / LATELY);
    this.lately = this.lately === null ? heard.energy : this.lately + share * (heard.energy - this.lately);
    this.unsaved += heard.seconds;
    if (this.unsaved >= SAVED_AFTER) this.save();
  }

  week(now: Date): Week {
    return week(this.days, dayOf(now), { ...this.ears, tender: this.ears.tender || this.careful });
  }

  through(what: Through): void {
    this.ears = through(this.ears, what);
    this.save();
  }

  beside(what: Beside): void {
    this.ears = answered(this.ears, what, this.lately ?? USUAL);
    this.save();
  }

  tender(yes: boolean): void {
    this.ears = { ...this.ears, tender: yes };
    this.save();
  }

  never(loudest: number | null): void {
    this.loudest = loudest;
    this.save();
  }

  /** Never fails: a full or forbidden store only means that the week is forgotten. */
  save(): void {
    this.unsaved = 0;
    try {
      this.store?.setItem(KEY, JSON.stringify({ days: this.days, ears: this.ears, loudest: this.loudest }));
    } catch {
      // nothing to do: playing matters more
    }
  }

  private read(): void {
    let found: unknown;
    try {
      found = JSON.parse(this.store?.getItem(KEY) ?? "null");
    } catch {
      return;
    }
    if (typeof found !== "object" || found === null) return;
    const { days, ears, loudest } = found as Record<string, unknown>;
    if (Array.isArray(days)) this.days = recent(days.filter(isDay), dayOf(new Date()));
    if (typeof loudest === "number" && loudest >= 0 && loudest <= 1) this.loudest = loudest;
    if (typeof ears !== "object" || ears === null) return;
    const { through: by, beside, fullScale, tender } = ears as Record<string, unknown>;
    const asked = BESIDE.find((name) => name === beside) ?? null;
    const known = typeof fullScale === "number" && fullScale > 30 && fullScale < 140 && asked !== null;
    this.ears = {
      through: THROUGH.find((name) => name === by) ?? EARS.through,
      beside: known ? asked : null,
      fullScale: known ? fullScale : null,
      tender: tender === true,
    };
  }
}

function isDay(value: unknown): value is Day {
  if (typeof value !== "object" || value === null) return false;
  const { day, dose, seconds } = value as Record<string, unknown>;
  const counts = (n: unknown): boolean => typeof n === "number" && Number.isFinite(n) && n >= 0;
  return typeof day === "string" && /^\d{4}-\d\d-\d\d$/.test(day) && counts(dose) && counts(seconds);
}
