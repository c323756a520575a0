import { describe, expect, it } from "vitest";
import { answered, answersOf, back, begin, callsForHelp, type Form, isDone, written } from "./measure";
import type { Line } from "./measuring";
import { trend } from "./trend";

const FORM: Form = {
  id: "phq-9",
  name: "PHQ-9",
  stem: "How often?",
  items: Array.from({ length: 9 }, (_, n) => `Item ${n + 1}`),
  answers: ["Not at all", "Several days", "More than half the days", "Nearly every day"],
  points: [0, 3],
  lowest: 0,
  highest: 27,
  better: "lower",
  help_item: 9,
  offered: true,
  draft: null,
  last: null,
};
const PAPER: Form = { ...FORM, stem: null, items: [null, null], answers: [], help_item: null };

describe("a questionnaire", () => {
  it("goes on question by question, keeps what was left out as null, and can be gone back in", () => {
    let sheet = begin();
    for (const point of [3, null, 1]) sheet = answered(sheet, point);
    expect(sheet).toEqual({ points: [3, null, 1], at: 3 });
    sheet = answered(back(back(sheet)), 2);
    expect(sheet).toEqual({ points: [3, 2, 1], at: 2 });
    expect(back(begin())).toEqual(begin());
    expect(isDone(PAPER, sheet)).toBe(true);
    expect(isDone(FORM, sheet)).toBe(false);
  });
  it("is gone on with where it was stopped", () => {
    expect(begin([1, null])).toEqual({ points: [1, null], at: 2 });
  });
  it("calls for help by the watched question alone, whatever else was answered or left out", () => {
    const eight = Array.from({ length: 8 }, () => null);
    for (const point of [1, 2, 3]) expect(callsForHelp(FORM, [...eight, point])).toBe(true);
    for (const point of [0, null]) expect(callsForHelp(FORM, [3, 3, 3, 3, 3, 3, 3, 3, point])).toBe(false);
    expect(callsForHelp(FORM, eight)).toBe(false);
    expect(callsForHelp(PAPER, [3, 3])).toBe(false);
  });
  it("offers its words by their place, points as they stand on the form, and a number where they are many", () => {
    expect(answersOf(FORM)?.map((one) => [one.point, one.word, one.key])).toEqual([
      [0, "Not at all", "1"], [1, "Several days", "2"], [2, "More than half the days", "3"], [3, "Nearly every day", "4"],
    ]);
    expect(answersOf({ ...PAPER, points: [0, 6] })?.map((one) => [one.point, one.word, one.key]).at(-1)).toEqual([6, "6", "6"]);
    expect(answersOf({ ...PAPER, points: [1, 100] })).toBeNull();
  });
  it("reads a number only where it is one of the form's", () => {
    const gaf = { ...PAPER, points: [1, 100] as const };
    expect(["1", " 61 ", "100"].map((text) => written(gaf, text))).toEqual([1, 61, 100]);
    expect(["0", "101", "6.5", "-1", "", "1e1", "sixty"].map((text) => written(gaf, text))).toEqual(Array(7).fill(null));
  });
});

describe("its course", () => {
  const step = (id: string, given: string, total: number | null) => ({
    id, given, total, since_last: null, since_first: null, counts: null,
  });
  const line: Line = {
    name: "PHQ-9",
    lowest: 0,
    highest: 20,
    band: [5, 15],
    steps: [step("a", "2026-03-01T10:00:00Z", 10), step("b", "2026-03-02T10:00:00Z", null), step("c", "2026-03-11T10:00:00Z", 20)],
  };
  it("draws totals by their day and height, and none for what has no total", () => {
    const { marks, band } = trend(line);
    expect(marks.map((mark) => [mark.id, mark.y])).toEqual([["a", 0.5], ["c", 0]]);
    expect(marks[0]?.x).toBeLessThan(0.1);
    expect(marks[1]?.x).toBeGreaterThan(0.9);
    expect(band).toEqual({ top: 0.25, bottom: 0.75 });
  });
  it("has no band where none is known", () => {
    expect(trend({ ...line, band: null }).band).toBeNull();
  });
});
