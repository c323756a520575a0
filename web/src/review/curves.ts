/** A feature over the minutes as lines to draw: broken where there is nothing to say. Pure. */
import { across, type Viewport } from "./viewport";

export type Point = readonly [x: number, y: number];

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** What all the values lie between; null where there is none. One measure for both players. */
export function extent(curves: readonly (readonly (number | null)[])[]): Extent | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const curve of curves) {
    for (const value of curve) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low > high ? null : { low, high };
}

/**
 * The lines of a curve within a view; a value lies at the middle of its window. Where several windows
 * fall on one pixel, the least and the greatest of them are drawn, so that no peak is lost.
 */
export function lines(
  values: readonly (number | null)[],
  starts: readonly number[],
  length: number, // seconds of a window
  measure: Extent,
  view: Viewport,
  width: number,
  height: number,
): readonly (readonly Point[])[] {
  const room = measure.high - measure.low || 1;
  const y = (value: number): number => height - ((value - measure.low) / room) * height;
  const found: Point[][] = [];
  let line: Point[] = [];
  let [pixel, low, high] = [Number.NaN, 0, 0];
  const close = (): void => {
    if (line.length > 0) found.push(line);
    line = [];
    pixel = Number.NaN;
  };
  const flush = (): void => {
    if (Number.isNaN(pixel)) return;
    line.push([pixel, y(low)]);
    if (high !== low) line.push([pixel, y(high)]);
    pixel = Number.NaN;
  };
  const margin = view.span * 0.02 + length;
  starts.forEach((start, i) => {
    const time = start + length / 2;
    const value = values[i] ?? null;
    if (time < view.from - margin || time > view.from + view.span + margin) return;
    if (value === null) {
      flush();
      return close();
    }
    const x = Math.round(across(view, width, time));
    if (x === pixel) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      return;
    }
    flush();
    [pixel, low, high] = [x, value, value];
  });
  flush();
  close();
  return found;
}

/** The value that holds at a moment: of the window whose middle is nearest; null where none is near. */
export function valueAt(
  values: readonly (number | null)[],
  starts: readonly number[],
  length: number,
  step: number,
  time: number,
): number | null {
  const first = starts[0];
  if (first === undefined) return null;
  const index = Math.round((time - length / 2 - first) / step);
  return values[Math.min(Math.max(index, 0), starts.length - 1)] ?? null;
}
