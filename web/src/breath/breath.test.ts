import { describe, expect, it } from "vitest";
import { begin, type Breath, ease, fullness, goalFor, goesIn, IN, onClock, PACES, periodAt, phaseAt, QUICKEST, SLOWEST, swell, turn } from "./breath";
import { enough, NOTHING, own, press } from "./finding";
import { Opener } from "./opener";
import { FIRST, periodOf, recall, remember, type Remembered } from "./remembered";

/** Every so many seconds of a stretch. */
const moments = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, i) => from + i * step);

const LIVELY: Breath[] = [
  begin(3, PACES.slower),
  begin(0, PACES.quicker),
  ease(0, 2.5),
  ease(0, 24),
  turn(turn(ease(0, 4), 17.3, PACES.slower), 31.9, PACES.quicker),
];

describe("a breath", () => {
  it("goes in for 40% of its time and out for 60%, at every pace that can be chosen", () => {
    for (const period of Object.values(PACES)) {
      const breath = begin(100, period);
      const inwards = moments(100, 100 + 3 * period, 0.01).filter((at) => goesIn(breath, at)).length * 0.01;
      expect(inwards / (3 * period)).toBeCloseTo(IN, 2);
      expect(phaseAt(breath, 100 + 2 * period)).toBeCloseTo(2, 9);
    }
  });

  it("never leaps and never grows or falls by more than 6 dB a second, whatever is done to its pace", () => {
    for (const breath of LIVELY) {
      for (const at of moments(0, 120, 0.05)) {
        expect(Math.abs(swell(breath, at + 0.05) - swell(breath, at))).toBeLessThanOrEqual(6 * 0.05);
        expect(fullness(breath, at)).toBeGreaterThanOrEqual(0);
        expect(fullness(breath, at)).toBeLessThanOrEqual(1);
      }
    }
  });

  it("goes on from where it is when another pace is chosen", () => {
    const before = ease(0, 5);
    for (const at of [0, 1.7, 20, 63.2]) {
      const after = turn(before, at, PACES.slower);
      expect(phaseAt(after, at)).toBeCloseTo(phaseAt(before, at), 12);
      expect(periodAt(after, at)).toBeCloseTo(periodAt(before, at), 12);
      expect(periodAt(after, at + 60)).toBeCloseTo(PACES.slower, 3);
    }
  });

  it("counts breaths as the integral of its pace", () => {
    for (const breath of LIVELY) {
      let summed = breath.phase;
      for (const at of moments(breath.at, 80, 0.001)) summed += 0.001 / periodAt(breath, at + 0.0005);
      expect(phaseAt(breath, 80)).toBeCloseTo(summed, 2);
    }
  });

  it("eases from a person's own pace to the nearest within the range, never past it", () => {
    for (const theirs of [1.6, 3, 8.5, 9.3, 13, 14, 24]) {
      const goal = goalFor(theirs);
      expect(goal).toBe(Math.min(SLOWEST, Math.max(QUICKEST, theirs)));
      const breath = ease(7, theirs);
      expect(periodAt(breath, 7)).toBeCloseTo(theirs, 9);
      let last = Math.abs(theirs - goal);
      for (const at of moments(7, 400, 1)) {
        const off = Math.abs(periodAt(breath, at) - goal);
        expect(off).toBeLessThanOrEqual(last + 1e-9);
        expect(Math.sign(periodAt(breath, at) - goal) * Math.sign(theirs - goal)).toBeGreaterThanOrEqual(0);
        last = off;
      }
      expect(last).toBeLessThan(0.01);
    }
  });

  it("is the same breath on another clock", () => {
    const here = ease(12, 4);
    const there = onClock(here, 20, 500);
    for (const since of [0, 3, 44]) expect(phaseAt(there, 500 + since)).toBeCloseTo(phaseAt(here, 20 + since), 9);
  });
});

describe("finding a person's own pace", () => {
  it("takes the middle one of the gaps, lets a trembling press count once, and begins anew after a long gap", () => {
    let found = NOTHING;
    expect(own(found)).toBeNull();
    for (const at of [0, 4, 4.3, 8.2, 12.1]) found = press(found, at);
    expect(enough(found)).toBe(true);
    expect(own(found)).toBeCloseTo(4, 9);
    expect(press(found, 60).presses).toEqual([60]);
  });
});

const opener = (part: Partial<Remembered> = {}, now = 10): Opener => new Opener({ ...FIRST, ...part }, now);

describe("the opener", () => {
  it("tells in and out for the first two breaths and then no more, each once", () => {
    const opening = opener();
    const told = moments(10, 90, 0.2).map((at) => opening.tell(at)).filter((word) => word !== null);
    expect(told).toEqual(["in", "out", "in", "out"]);
  });

  it("leads on after the minutes that were chosen, on an out-breath, and not while a pace is looked for", () => {
    const opening = opener({ minutes: 1 });
    const end = moments(10, 200, 0.2).find((at) => opening.over(at))!;
    expect(end).toBeGreaterThanOrEqual(70);
    expect(end).toBeLessThan(70 + PACES.like);
    expect(opening.goesIn(end)).toBe(false);
    opening.choose({ pace: "mine" }, 71);
    expect(moments(71, 300, 0.2).some((at) => opening.over(at))).toBe(false);
  });

  it("breathes as the person does from the second press on, and after the fourth eases into the range", () => {
    const opening = opener();
    opening.choose({ pace: "mine" }, 20);
    expect(opening.finding).toBe(true);
    expect(opening.goesIn(29)).toBeNull();
    opening.inBreath(30);
    opening.inBreath(34);
    expect(opening.goesIn(34.1)).toBe(true);
    expect(opening.goesIn(34 + 4 * 0.7)).toBe(false);
    opening.inBreath(38);
    opening.inBreath(42);
    expect(opening.finding).toBe(false);
    expect(opening.choice).toMatchObject({ pace: "mine", own: 4 });
    expect(periodAt(opening.breath, 42)).toBeCloseTo(4, 9);
    expect(periodAt(opening.breath, 300)).toBeCloseTo(QUICKEST, 1);
  });

  it("takes up a chosen pace again when finding is given up", () => {
    const opening = opener();
    opening.choose({ pace: "mine" }, 20);
    opening.choose({ pace: "slower" }, 25);
    expect(opening.finding).toBe(false);
    expect(periodAt(opening.breath, 25)).toBe(PACES.slower);
    expect(opening.goesIn(25.1)).toBe(true);
  });
});

/** A browser's store, or one that holds something foreign. */
function store(value: string | null = null) {
  let held = value;
  return { getItem: () => held, setItem: (_: string, now: string) => void (held = now) };
}

describe("what is remembered", () => {
  it("comes back as it was, and begins within the range even from a quick breath", () => {
    const kept = store();
    const last: Remembered = { pace: "mine", own: 3, minutes: 5, before: true };
    remember(kept, last);
    expect(recall(kept)).toEqual(last);
    expect(periodOf(last)).toBe(QUICKEST);
    expect(periodOf(FIRST)).toBe(10);
  });

  it("falls back one by one where it is absent, foreign or broken", () => {
    expect(recall(null)).toEqual(FIRST);
    for (const bad of ["", "{", "null", "7", '{"pace":"fast","own":-2,"minutes":9,"before":1}']) {
      expect(recall(store(bad))).toEqual(FIRST);
    }
    expect(recall(store('{"pace":"slower","minutes":"x"}'))).toEqual({ ...FIRST, pace: "slower" });
  });
});
