import { describe, expect, it } from "vitest";
import type { Week } from "./asking";
import { measureOf, placed } from "./weeks";

function week(day: string | null, value: number | null, low = value, high = value): Week {
  const sure = { value, low, high };
  return { id: String(day), started: day, seconds: 60, name: null, density: sure, range: sure, velocity: sure, leading: sure, interaction: sure, techniques: {}, words: 0 };
}

describe("the weeks", () => {
  it("are measured with how unsure they are, and not at all where nothing was", () => {
    expect(measureOf([{ value: 2, low: 1, high: 5 }, { value: 3, low: null, high: null }])).toEqual({ low: 1, high: 5 });
    expect(measureOf([{ value: null, low: null, high: null }, null])).toBeNull();
  });

  it("stand by their days, higher values higher up, all within the picture", () => {
    const weeks = [week("2026-01-01", 1), week("2026-01-02", 3, 2, 4), week("2026-03-01", 2)];
    const found = placed(weeks, "density", { low: 1, high: 4 });
    expect(found[1]!.x - found[0]!.x).toBeLessThan(found[2]!.x - found[1]!.x);
    expect(found[1]!.value).toBeLessThan(found[2]!.value);
    expect([found[1]!.low, found[1]!.high].every((one) => one >= 0 && one <= 1)).toBe(true);
    expect(found[1]!.high).toBeLessThan(found[1]!.low);
  });

  it("never lie on each other, however many there are on one day", () => {
    const many = Array.from({ length: 40 }, (_, i) => week(`2026-01-01T10:${String(i).padStart(2, "0")}`, 1));
    many.push(week("2026-06-01", 2));
    const xs = placed(many, "density", { low: 1, high: 2 }).map((one) => one.x);
    for (let i = 1; i < xs.length; i += 1) expect(xs[i]! - xs[i - 1]!).toBeGreaterThan(0.01);
    expect(Math.max(...xs)).toBeLessThanOrEqual(0.96);
  });

  it("leave out what has nothing to say, and stand in their order where no day is known", () => {
    const found = placed([week(null, 1), week(null, null), week(null, 3)], "density", { low: 1, high: 3 });
    expect(found.map((one) => one.index)).toEqual([0, 2]);
    expect(placed([week("2026-01-01", 1)], "density", { low: 1, high: 1 })).toMatchObject([{ x: 0.5, value: 0.5 }]);
  });
});
