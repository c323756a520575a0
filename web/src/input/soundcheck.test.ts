import { describe, expect, it } from "vitest";
import { habitualLead, levelOf, loudOf, roundTrip, type Stretch } from "./soundcheck";
import { dice } from "./testing";

const RATE = 48_000;
const BLOCK = 512;

/** Blocks of sound from 0 ms on, given each sample's value of full scale. */
function blocks(seconds: number, value: (t: number) => number): Stretch[] {
  return Array.from({ length: Math.floor((seconds * RATE) / BLOCK) }, (_, n) => ({
    when: (n * BLOCK * 1000) / RATE,
    samples: Int16Array.from({ length: BLOCK }, (_, i) => 32767 * value((n * BLOCK + i) / RATE)),
  }));
}
const tone = (level: number) => (t: number): number => level * Math.sin(2 * Math.PI * 220 * t);

describe("a sound check", () => {
  it("tells a voice that is there from one too soft, too loud, or not there", () => {
    const said = (level: number) => levelOf(blocks(2, tone(level)).map((block) => loudOf(block.samples)));
    expect(said(0.0002)).toBe("none");
    expect(said(0.002)).toBe("quiet");
    expect(said(0.1)).toBe("good");
    expect(said(1)).toBe("loud");
  });

  it("hears a voice that sounds in half of the time only", () => {
    const half = blocks(4, (t) => (t % 2 < 1 ? tone(0.1)(t) : 0));
    expect(levelOf(half.map((block) => loudOf(block.samples)))).toBe("good");
  });

  it("waits until it has heard half a second", () => {
    expect(levelOf(blocks(0.2, tone(0.1)).map((block) => loudOf(block.samples)))).toBeNull();
  });

  const CLICKS = [500, 1000, 1500, 2000, 2500];
  const clicked = (way: (n: number) => number | null, loud = 0.1) =>
    blocks(4, (t) => {
      const n = CLICKS.findIndex((click, i) => {
        const late = way(i);
        return late !== null && t * 1000 >= click + late && t * 1000 < click + late + 20;
      });
      return n >= 0 ? loud : 0.0005 * Math.sin(t * 5000);
    });

  it("measures the way round to a millisecond, whatever it is", () => {
    for (const way of [12, 87.3, 240]) {
      expect(roundTrip(CLICKS, clicked(() => way), RATE, 0.0005), String(way)).toBeCloseTo(way / 1000, 3);
    }
  });

  it("does with clicks that were lost or covered, as long as most agree", () => {
    expect(roundTrip(CLICKS, clicked((n) => (n === 2 ? null : n === 4 ? 20 : 90)), RATE, 0.0005)).toBeCloseTo(0.09, 3);
  });

  it("finds nothing with headphones, and nothing in a room as loud as the clicks", () => {
    expect(roundTrip(CLICKS, clicked(() => null), RATE, 0.0005)).toBeNull();
    expect(roundTrip(CLICKS, clicked(() => 90, 0.01), RATE, 0.01)).toBeNull();
  });

  const STROKES = Array.from({ length: 12 }, (_, n) => 1000 + 600 * n);

  it("finds how early a hand comes, within the unevenness of hands", () => {
    const chance = dice(5);
    for (const early of [-20, 0, 45, 120]) {
      const taps = STROKES.map((stroke) => stroke - early + 40 * (chance() - 0.5));
      expect(Math.abs((habitualLead(STROKES, taps) ?? 9) * 1000 - early), String(early)).toBeLessThan(15);
    }
  });

  it("is not led astray by a tap too many, and says nothing of too few", () => {
    const taps = STROKES.flatMap((stroke, n) => (n % 4 === 1 ? [stroke - 40, stroke + 290] : [stroke - 40]));
    expect(habitualLead(STROKES, taps)).toBeCloseTo(0.04, 6);
    expect(habitualLead(STROKES, taps.slice(0, 6))).toBeNull();
    expect(habitualLead(STROKES, [])).toBeNull();
    expect(habitualLead([], [])).toBeNull();
  });
});
