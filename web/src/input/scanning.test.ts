import { describe, expect, it } from "vitest";
import { CUES, cue } from "./cues";
import { Scan } from "./scanning";

const CALM = { each: 2000, more: 1000, rounds: 2 };

describe("scanning", () => {
  it("offers each choice for its time, the first a little longer, and begins again", () => {
    const scan = new Scan(3, CALM, 100);
    const seen: [number | null, number | null][] = [];
    for (let n = 0; n < 4; n++) {
      seen.push([scan.at, scan.due]);
      scan.tick(scan.due ?? 0);
    }
    expect(seen).toEqual([[0, 3100], [1, 5100], [2, 7100], [0, 10100]]);
  });

  it("changes nothing before its time", () => {
    const scan = new Scan(3, CALM, 0);
    expect(scan.tick(2999)).toBe(false);
    expect(scan.at).toBe(0);
    expect(scan.tick(3000)).toBe(true);
    expect(scan.at).toBe(1);
  });

  it("goes to sleep after its rounds, and is woken by a press", () => {
    const scan = new Scan(2, CALM, 0);
    for (let n = 0; n < 4; n++) scan.tick(scan.due ?? Number.NaN);
    expect(scan.asleep).toBe(true);
    expect([scan.at, scan.due]).toEqual([null, null]);
    expect(scan.tick(1e9)).toBe(false);
    scan.wake(1e9);
    expect([scan.at, scan.due]).toEqual([0, 1e9 + 3000]);
  });

  it("skips no choice after the machine has slept", () => {
    const scan = new Scan(3, CALM, 0);
    expect(scan.tick(600_000)).toBe(true);
    expect([scan.at, scan.due]).toEqual([1, 602_000]);
  });

  it("goes on by hand alone where there is a second switch, and never sleeps then", () => {
    const scan = new Scan(2, { each: 0, more: 0, rounds: 2 }, 0);
    expect(scan.due).toBe(null);
    expect(scan.tick(1e9)).toBe(false);
    for (let n = 1; n <= 20; n++) {
      scan.step(n);
      expect(scan.at).toBe(n % 2);
    }
  });

  it("offers nothing where there is nothing", () => {
    const scan = new Scan(0, CALM, 0);
    expect([scan.at, scan.due, scan.asleep]).toEqual([null, null, true]);
  });
});

describe("the cues", () => {
  it("sound each choice as itself: no two are alike", () => {
    const heard = Object.values(CUES).map((tones) => JSON.stringify(tones));
    expect(new Set(heard).size).toBe(heard.length);
    const places = Array.from({ length: 10 }, (_, place) => JSON.stringify(cue(null, place)));
    expect(new Set([...places, ...heard]).size).toBe(places.length + heard.length);
  });

  it("let Rest fade and Finish fall by a fifth", () => {
    expect(CUES.rest.length).toBe(1);
    expect(CUES.rest[0].fades).toBe(true);
    const [high, low] = CUES.finish;
    expect(Math.round(12 * Math.log2(high.hertz / low.hertz))).toBe(7);
    expect(low.at).toBeGreaterThan(high.at);
  });

  it("are over before the quickest scan goes on", () => {
    for (const [name, tones] of Object.entries(CUES)) {
      for (const { at, seconds } of tones) expect(at + seconds, name).toBeLessThanOrEqual(1.2);
    }
  });
});
