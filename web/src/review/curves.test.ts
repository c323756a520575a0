import { describe, expect, it } from "vitest";
import { extent, lines, valueAt } from "./curves";

const VIEW = { from: 0, span: 10 };

describe("a feature over the minutes", () => {
  it("is measured alike for both players, and not at all where there is nothing", () => {
    expect(extent([[null, 2, 5], [-1, null]])).toEqual({ low: -1, high: 5 });
    expect(extent([[null], []])).toBeNull();
  });

  it("lies at the middle of its windows, high values higher up", () => {
    const found = lines([0, 10], [0, 2], 2, { low: 0, high: 10 }, VIEW, 100, 50);
    expect(found).toEqual([[[10, 50], [30, 0]]]);
  });

  it("is broken where there is nothing to say, never drawn across it", () => {
    const found = lines([1, 1, null, 1], [0, 1, 2, 3], 0, { low: 0, high: 1 }, VIEW, 100, 10);
    expect(found.map((line) => line.length)).toEqual([2, 1]);
  });

  it("loses no peak when many windows fall on one pixel", () => {
    const values = Array.from({ length: 3600 }, (_, i) => (i === 1777 ? 9 : 1));
    const starts = values.map((_, i) => i);
    const [line] = lines(values, starts, 6, { low: 0, high: 10 }, { from: 0, span: 3600 }, 300, 100);
    expect(Math.min(...(line ?? []).map(([, y]) => y))).toBeCloseTo(10, 9);
    expect((line ?? []).length).toBeLessThan(620);
  });

  it("draws an unchanging value as a line, not as a fault", () => {
    const [line] = lines([4, 4], [0, 1], 0, { low: 4, high: 4 }, VIEW, 100, 10);
    expect(line).toEqual([[0, 10], [10, 10]]);
  });

  it("tells the value of a moment from the nearest window", () => {
    expect(valueAt([1, 2, null], [0, 1, 2], 6, 1, 4.2)).toBe(2);
    expect(valueAt([1, 2, null], [0, 1, 2], 6, 1, 0)).toBe(1);
    expect(valueAt([1, 2, null], [0, 1, 2], 6, 1, 100)).toBeNull();
    expect(valueAt([], [], 6, 1, 4)).toBeNull();
  });
});
