import { describe, expect, it } from "vitest";
import { beside, choiceAt, minutes, stretches, techniques } from "./segments";

const CHOSE = [
  { time: 0, technique: "giving-space", because: "a" },
  { time: 5, technique: "tonal-grounding", because: "b" },
  { time: 9, technique: "tonal-grounding", because: "c" },
  { time: 20, technique: "dialoguing", because: "d" },
];

describe("the line of techniques", () => {
  it("goes from each choice to the next and the last one to the end", () => {
    expect(techniques(CHOSE, 30).map((one) => [one.from, one.to, one.what.technique])).toEqual([
      [0, 5, "giving-space"],
      [5, 20, "tonal-grounding"],
      [20, 30, "dialoguing"],
    ]);
    expect(techniques([], 30)).toEqual([]);
  });

  it("leaves out what was taken back at once, and does not end before it begins", () => {
    const line = techniques([{ time: 4, technique: "imitating", because: "" }, { ...CHOSE[1]!, time: 4 }], 3);
    expect(line).toEqual([]);
    expect(techniques([{ time: 4, technique: "imitating", because: "" }, { ...CHOSE[1]!, time: 4 }], 9)).toHaveLength(1);
  });

  it("knows the latest reason at any moment, also where the technique stayed", () => {
    expect(choiceAt(CHOSE, 10)?.because).toBe("c");
    expect(choiceAt(CHOSE, 4.99)?.because).toBe("a");
    expect(choiceAt(CHOSE, -1)).toBeNull();
  });
});

describe("stretches", () => {
  it("join windows that say the same and are broken by those that say nothing", () => {
    const found = stretches(["a", "a", null, "a", "b"], [0, 1, 2, 3, 4], 6, 1);
    expect(found).toEqual([
      { from: 2.5, to: 4.5, what: "a" },
      { from: 5.5, to: 6.5, what: "a" },
      { from: 6.5, to: 7.5, what: "b" },
    ]);
  });
});

describe("the minutes as a table", () => {
  it("counts every note once, whatever a row's length, and names what answered longest", () => {
    const sounds = Array.from({ length: 101 }, (_, i) => ({ who: i % 3 ? ("maker" as const) : ("partner" as const), from: i }));
    for (const every of [7, 10, 60, 1000]) {
      const rows = minutes(sounds, CHOSE, 100, every);
      expect(rows.reduce((sum, row) => sum + row.maker + row.partner, 0)).toBe(101);
      expect(rows.at(-1)?.to).toBe(100);
    }
    expect(minutes(sounds, CHOSE, 100, 10).map((row) => row.technique).slice(0, 3)).toEqual([
      "giving-space", "tonal-grounding", "dialoguing",
    ]);
    expect(minutes([], [], 0, 60)).toEqual([{ from: 0, to: 0, maker: 0, partner: 0, technique: null }]);
  });
});

describe("the place beside", () => {
  it("is the nearest one on that side, never the place itself", () => {
    const moments = [{ at: 30 }, { at: 10 }, { at: 20 }];
    expect(beside(moments, 10, 1)).toBe(20);
    expect(beside(moments, 10, -1)).toBeNull();
    expect(beside(moments, 25, -1)).toBe(20);
    expect(beside(moments, 30, 1)).toBeNull();
  });
});
