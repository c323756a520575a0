/** Kept takes over the weeks as marks to draw: by the day, each with how sure it is. Pure. */
import type { Sure, Week } from "./asking";

export type Measured = "density" | "range" | "velocity" | "leading" | "interaction";

export interface Measure {
  readonly low: number;
  readonly high: number;
}

/** Everything in shares of the picture: x from the left, the rest from above. */
export interface Placed {
  readonly index: number;
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const ROOM = 0.1; // of the width, left free at both sides
const NEAR = 0.035; // of the width: takes of one day stand at least so far apart

/** What all the marks of one measure lie between, how unsure they are included; null where there is none. */
export function measureOf(values: readonly (Sure | null)[]): Measure | null {
  const all = values.flatMap((one) => (one === null ? [] : [one.low, one.value, one.high])).filter((one) => one !== null);
  return all.length === 0 ? null : { low: Math.min(...all), high: Math.max(...all) };
}

/** Each take by its day; where the days are not known, in their order. */
export function placed(weeks: readonly Week[], of: Measured, measure: Measure): readonly Placed[] {
  const xs = across(weeks.map((week) => week.started));
  const room = measure.high - measure.low;
  const height = (value: number): number => (room === 0 ? 0.5 : 1 - (value - measure.low) / room);
  return weeks.flatMap((week, index) => {
    const one = week[of];
    if (one === null || one.value === null) return [];
    const value = one.value;
    return [{ index, x: xs[index] ?? 0.5, value: height(value), low: height(one.low ?? value), high: height(one.high ?? value) }];
  });
}

/** Apart by their days (ISO 8601), but never so near that one lies on the other: shares from the left. */
export function across(dates: readonly (string | null)[]): readonly number[] {
  const days = dates.map((date) => (date === null ? Number.NaN : Date.parse(date)));
  const [first, last] = [Math.min(...days), Math.max(...days)];
  if (dates.length === 1) return [0.5];
  const even = dates.map((_, i) => i / (dates.length - 1));
  const shares = Number.isFinite(first) && last > first ? days.map((day) => (day - first) / (last - first)) : even;
  const least = Math.min(NEAR, 1 / (dates.length - 1));
  const apart: number[] = [];
  for (const share of shares) apart.push(Math.max(share, (apart.at(-1) ?? -least) + least));
  const most = Math.max(1, apart.at(-1) ?? 1);
  return apart.map((share) => ROOM / 2 + (share / most) * (1 - ROOM));
}
