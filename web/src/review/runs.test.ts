import { describe, expect, it } from "vitest";
import type { Mark } from "../duet/view";
import { Laid, runs } from "./runs";

function mark(from: number, to: number, pitch: number | null = 60, more: Partial<Mark> = {}): Mark {
  return { who: "maker", id: String(from), pitch, velocity: 64, voice: null, from: from * 1000, to: to * 1000, planned: false, ...more };
}

describe("a take at little size", () => {
  it("draws notes that touch the same pixels once, and others apart", () => {
    const found = runs([mark(0, 0.5), mark(0.6, 1), mark(0.7, 1, 62), mark(9, 10)], 0, 1);
    expect(found.map((run) => [run.pitch, run.left, run.right])).toEqual([[60, 0, 1], [62, 0, 1], [60, 9, 10]]);
  });

  it("keeps the makers, the partner and its strokes apart", () => {
    const same = [mark(0, 1), mark(0, 1, 60, { who: "partner", voice: "bass" }), mark(0, 1, 60, { who: "partner", voice: "percussion" }), mark(0, 1, 60, { by: "left" })];
    expect(runs(same, 0, 10)).toHaveLength(4);
  });

  it("leaves nothing out: every pixel in which a note sounds belongs to a run", () => {
    const marks = Array.from({ length: 400 }, (_, i) => mark(i * 0.37, i * 0.37 + ((i * 7) % 11) / 5, 50 + ((i * 13) % 7)));
    const found = runs(marks, 0, 3);
    for (const one of marks) {
      const pixel = Math.floor((one.from / 1000) * 3);
      expect(found.some((run) => run.pitch === one.pitch && run.left <= pixel && run.right > pixel)).toBe(true);
    }
    expect(found.length).toBeLessThan(marks.length);
  });

  it("needs no more strokes for an hour than the page has room for", () => {
    const hour = Array.from({ length: 20_000 }, (_, i) => mark(i * 0.18, i * 0.18 + 0.15, 60 + (i % 12)));
    expect(runs(hour, 0, 1200 / 3600).length).toBeLessThanOrEqual(1200 * 12);
    expect(runs(hour, 0, 1200 / 3600).length).toBeLessThan(200);
  });
});

describe("what sounds between two moments", () => {
  it("is what an unhurried look through all of it finds", () => {
    const marks = Array.from({ length: 300 }, (_, i) => mark(i * 0.4, i * 0.4 + (i % 17 === 0 ? 30 : 0.2)));
    const laid = new Laid(marks);
    for (const [from, to] of [[0, 1], [17.3, 17.35], [60, 80], [119, 500], [900, 901], [-3, -1]] as const) {
      const slow = marks.filter((one) => one.from <= to * 1000 && (one.to as number) >= from * 1000);
      expect(laid.between(from, to)).toEqual(slow);
    }
    expect(new Laid([]).between(0, 9)).toEqual([]);
  });
});
