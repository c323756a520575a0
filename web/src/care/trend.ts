/** A questionnaire's totals over time as marks to draw. Pure; everything in shares of the picture. */
import { across } from "../review/weeks";
import type { Line } from "./measuring";

export interface Mark {
  readonly id: string;
  /** From the left. */
  readonly x: number;
  /** From above: the highest total that there can be lies at the top. */
  readonly y: number;
}

export interface Trend {
  readonly marks: readonly Mark[];
  /** From above to below; beyond it lies what differs from the first by a change that counts. */
  readonly band: { readonly top: number; readonly bottom: number } | null;
}

export function trend(line: Line): Trend {
  const steps = line.steps.filter((step) => step.total !== null);
  const xs = across(steps.map((step) => step.given));
  const height = (total: number): number => 1 - (total - line.lowest) / (line.highest - line.lowest);
  return {
    marks: steps.map((step, n) => ({ id: step.id, x: xs[n] ?? 0.5, y: height(step.total ?? 0) })),
    band: line.band && { top: height(line.band[1]), bottom: height(line.band[0]) },
  };
}
