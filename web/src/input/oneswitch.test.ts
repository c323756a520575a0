import { describe, expect, it } from "vitest";
import { seeded, Walk } from "./oneswitch";

const HOMES = [0, 5];

function tune(seed: number, notes: number, apart = 500): number[] {
  const walk = new Walk(seed, HOMES);
  return Array.from({ length: notes }, (_, n) => walk.next(n * apart));
}

describe("one switch", () => {
  it("gives the same tune for the same seed and times, and another for another seed", () => {
    expect(tune(3, 200)).toEqual(tune(3, 200));
    expect(tune(3, 200)).not.toEqual(tune(4, 200));
  });

  it("stays on the ten pads for ever", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const pad of tune(seed, 400)) {
        expect(Number.isInteger(pad) && pad >= 0 && pad <= 9, `seed ${seed}: ${pad}`).toBe(true);
      }
    }
  });

  it("mostly goes by step, and never leaps further than three pads", () => {
    const steps: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const pads = tune(seed, 200);
      for (let n = 1; n < pads.length; n++) steps.push(Math.abs(pads[n]! - pads[n - 1]!));
    }
    expect(Math.max(...steps)).toBe(3);
    expect(steps.filter((step) => step <= 1).length / steps.length).toBeGreaterThan(0.8);
    expect(steps.filter((step) => step === 0).length / steps.length).toBeLessThan(0.25);
  });

  it("turns back after a leap", () => {
    for (let seed = 0; seed < 30; seed++) {
      const pads = tune(seed, 200);
      for (let n = 1; n < pads.length - 1; n++) {
        const leap = pads[n]! - pads[n - 1]!;
        if (Math.abs(leap) > 1) expect(pads[n + 1]! - pads[n]!).toBe(-Math.sign(leap));
      }
    }
  });

  it("comes home within a phrase and a few notes, again and again", () => {
    for (let seed = 0; seed < 30; seed++) {
      let away = 0;
      for (const pad of tune(seed, 300)) {
        away = HOMES.includes(pad) ? 0 : away + 1;
        expect(away, `seed ${seed}`).toBeLessThan(16);
      }
    }
  });

  it("begins at home, or beside it, after a silence", () => {
    for (let seed = 0; seed < 30; seed++) {
      const walk = new Walk(seed, HOMES);
      let when = 0;
      for (let n = 0; n < 7; n++) walk.next((when += 400));
      walk.released((when += 2000));
      const fresh = walk.next((when += 4001));
      expect([0, 1, 5, 6]).toContain(fresh);
    }
  });

  it("counts the silence from the release, so a long note does not begin a new phrase", () => {
    const held = new Walk(9, HOMES);
    const short = new Walk(9, HOMES);
    for (const walk of [held, short]) walk.next(0);
    held.released(30_000);
    short.released(200);
    expect(held.next(30_300)).toBe(short.next(500));
  });

  it("draws evenly from its seed", () => {
    const chance = seeded(5);
    const drawn = Array.from({ length: 5000 }, chance);
    expect(drawn.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(drawn.reduce((sum, u) => sum + u, 0) / 5000).toBeCloseTo(0.5, 1);
  });
});
