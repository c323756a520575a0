import { describe, expect, it } from "vitest";
import { across, around, flowing, gliding, moved, NEAREST, opening, settled, ticks, timeAt, turned, whole, zoomed } from "./viewport";

const HOUR = 3600;

describe("which part of a take is seen", () => {
  it("is all of a short one and the beginning of a long one", () => {
    expect(opening(40, 1200)).toEqual({ from: 0, span: 40 });
    expect(opening(HOUR, 1200)).toEqual({ from: 0, span: 120 });
    expect(opening(HOUR, 360)).toEqual({ from: 0, span: 45 });
    expect(whole(HOUR)).toEqual({ from: 0, span: HOUR });
    expect(opening(0, 1200)).toEqual({ from: 0, span: NEAREST });
  });

  it("never leaves the take, however it is moved or brought nearer", () => {
    let view = opening(HOUR, 1200);
    for (const [factor, at] of [[9, 100], [0.01, 3], [3, 3599], [7, -50], [1 / 9, 9999]] as const) {
      view = moved(zoomed(view, factor, at, HOUR), at, HOUR);
      expect(view.from).toBeGreaterThanOrEqual(0);
      expect(view.from + view.span).toBeLessThanOrEqual(HOUR + 1e-9);
      expect(view.span).toBeGreaterThanOrEqual(NEAREST);
    }
  });

  it("keeps a moment where it is on the page while it comes nearer", () => {
    const view = { from: 1000, span: 120 };
    const nearer = zoomed(view, 2, 1030, HOUR);
    expect(nearer.span).toBe(60);
    expect(across(nearer, 1200, 1030)).toBeCloseTo(across(view, 1200, 1030), 6);
  });

  it("has across and its inverse agree", () => {
    const view = { from: 17, span: 63 };
    for (const x of [0, 1, 399.5, 1200]) expect(across(view, 1200, timeAt(view, 1200, x))).toBeCloseTo(x, 9);
  });

  it("flows with the place, and stands still at both ends of the take", () => {
    const view = { from: 0, span: 100 };
    expect(flowing(view, 10, HOUR).from).toBe(0);
    expect(across(flowing(view, 500, HOUR), 1000, 500)).toBeCloseTo(400, 6);
    expect(flowing(view, 3595, HOUR).from).toBe(3500);
  });

  it("is turned like a page only when the place is not seen", () => {
    const view = { from: 100, span: 50 };
    expect(turned(view, 120, HOUR)).toBe(view);
    const next = turned(view, 151, HOUR);
    expect(next.from).toBeGreaterThan(140);
    expect(across(next, 1000, 151)).toBeGreaterThan(0);
    expect(turned({ from: 0, span: 50 }, 0, HOUR).from).toBe(0);
  });

  it("glides with a place that is heard: never backwards, never past where it is kept, never losing it", () => {
    let view = { from: 0, span: 60 };
    let [before, most, back] = [0, 0, false];
    for (let place = 0; place <= HOUR; place += 0.05) {
      view = gliding(view, place, HOUR, 0.05);
      back ||= view.from < before;
      before = view.from;
      if (place < HOUR - 60) most = Math.max(most, across(view, 1, place));
    }
    expect(back).toBe(false);
    expect(most).toBeLessThan(0.45);
    expect(view.from).toBeCloseTo(HOUR - 60, 3);
    expect(gliding({ from: 0, span: 60 }, 700, HOUR, 0.05).from).toBeGreaterThan(690);
  });

  it("shows a stretch with what is around it, also at the very end", () => {
    const view = around(3590, HOUR, HOUR);
    expect(view.from).toBeLessThan(3590);
    expect(view.from + view.span).toBe(HOUR);
  });

  it("tells round moments far enough apart that they can be read", () => {
    expect(ticks({ from: 0, span: 120 }, 1200, 80)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]);
    for (const span of [8, 47, 600, HOUR, 10 * HOUR]) {
      const told = ticks(settled({ from: 3, span }, 11 * HOUR), 900, 80);
      expect(told.length).toBeLessThanOrEqual(900 / 80 + 1);
      expect(told.length).toBeGreaterThan(1);
    }
  });
});
