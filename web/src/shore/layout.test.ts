import { describe, expect, it } from "vitest";
import type { Mark } from "../duet/view";
import {
  drawnUntil, geometry, grain, makerY, markY, moves, partnerY, pastSpan, pitchAt, presence, sounds, STILL_FADE, STILL_SPAN,
  stillPresence, stillX, timeX,
} from "./layout";

const SIZES: readonly (readonly [number, number, number, number])[] = [
  [1440, 900, 90, 200], [360, 740, 110, 320], [740, 360, 60, 130], [320, 480, 200, 260], [1, 1, 0, 0],
];
const mark = (more: Partial<Mark> = {}): Mark => ({
  who: "maker", id: "a", pitch: 60, velocity: 80, voice: null, from: 1000, to: 2000, planned: false, ...more,
});

describe("the shore's measure", () => {
  it("keeps every piano key of the maker above the water and of the partner below it, at every size", () => {
    for (const [width, height, top, bottom] of SIZES) {
      const g = geometry(width, height, { top, bottom });
      for (let pitch = 0; pitch <= 127; pitch += 1) {
        expect(makerY(g, pitch)).toBeLessThan(g.water);
        expect(partnerY(g, pitch)).toBeGreaterThan(g.water);
      }
    }
  });
  it("draws every higher pitch higher, also far outside the usual range", () => {
    for (const [width, height, top, bottom] of SIZES.slice(0, 3)) {
      const g = geometry(width, height, { top, bottom });
      for (let pitch = 22; pitch <= 108; pitch += 1) {
        expect(makerY(g, pitch)).toBeLessThan(makerY(g, pitch - 1));
        expect(partnerY(g, pitch)).toBeLessThan(partnerY(g, pitch - 1));
      }
    }
  });
  it("finds, for a touch where a stone would lie, the pitch of that stone", () => {
    const g = geometry(1440, 900, { top: 90, bottom: 200 });
    const pitches = [57, 60, 62, 64, 67, 69, 72, 74, 76, 79, 81, 84];
    for (const pitch of pitches) expect(pitchAt(g, makerY(g, pitch), pitches)).toBe(pitch);
    expect(pitchAt(g, -500, pitches)).toBe(84);
    expect(pitchAt(g, 5000, pitches)).toBe(57);
    expect(pitchAt(g, 100, [])).toBeNull();
  });
  it("puts taps at the waterline and the partner's strokes just under it", () => {
    const g = geometry(1440, 900, { top: 90, bottom: 200 });
    expect(Math.abs(markY(g, mark({ pitch: null })) - g.water)).toBeLessThan(g.stone);
    const stroke = markY(g, mark({ who: "partner", pitch: 38, voice: "percussion" }));
    expect(stroke - g.water).toBeGreaterThan(0);
    expect(stroke - g.water).toBeLessThan(2 * g.stone);
  });
  it("lets time flow from right to left, past the left edge within the past span", () => {
    const g = geometry(1440, 900, { top: 90, bottom: 200 });
    expect(timeX(g, 5000, 5000)).toBe(g.now);
    expect(timeX(g, 5000, 6000)).toBeLessThan(g.now);
    expect(timeX(g, 7000, 6000)).toBeGreaterThan(g.now);
    expect(timeX(g, 0, pastSpan(g))).toBeLessThanOrEqual(0);
  });
});

describe("without scrolling", () => {
  const g = geometry(1440, 900, { top: 90, bottom: 200 });
  it("keeps a moment at its place and within the page", () => {
    for (let time = 0; time < 3 * STILL_SPAN; time += 777) {
      expect(stillX(g, time)).toBeGreaterThan(0);
      expect(stillX(g, time)).toBeLessThan(g.width);
    }
  });
  it("has let a mark go before its place is needed again", () => {
    expect(STILL_FADE).toBeLessThan(STILL_SPAN);
    expect(stillPresence(mark(), 2000)).toBe(1);
    expect(stillPresence(mark(), 2000 + STILL_FADE)).toBe(0);
  });
});

describe("what moves", () => {
  it("is anything held, to come, or not yet drifted away; and nothing else", () => {
    expect(moves([mark({ to: null })], 1e9, 5000)).toBe(true);
    expect(moves([mark({ from: 9000, to: 9500 })], 1000, 5000)).toBe(true);
    expect(moves([mark()], 6999, 5000)).toBe(true);
    expect(moves([mark()], 7000, 5000)).toBe(false);
    expect(moves([], 0, 5000)).toBe(false);
  });
  it("sounds from its onset until its end, or for as long as it is held", () => {
    expect([999, 1000, 1999, 2000].map((now) => sounds(mark(), now))).toEqual([false, true, true, false]);
    expect(sounds(mark({ to: null }), 1e9)).toBe(true);
  });
  it("grows fainter with age but stays visible, and never brightens again", () => {
    let before = 1;
    for (let now = 2000; now < 20_000; now += 100) {
      const seen = presence(mark(), now);
      expect(seen).toBeLessThanOrEqual(before);
      expect(seen).toBeGreaterThan(0.35);
      before = seen;
    }
    expect(before).toBeLessThan(0.5);
  });
  it("gives each stone an irregularity of its own that stays the same", () => {
    expect(grain("KeyA")).toBe(grain("KeyA"));
    expect(new Set(["a", "b", "c", "d", "e"].map(grain)).size).toBe(5);
  });
});

describe("how far a mark is drawn", () => {
  const ground = mark({ who: "partner", voice: "bass", planned: true, from: 10_000, to: 65_000 });
  it("hints at what is to come by a few seconds at most, and never past its end", () => {
    expect(drawnUntil(ground, 9000)).toBeLessThanOrEqual(14_000);
    expect(drawnUntil({ ...ground, to: 10_300 }, 9000)).toBe(10_300);
  });
  it("lets a sounding wave grow with the present, half a second ahead at most", () => {
    let before = 0;
    for (let now = 10_000; now < 70_000; now += 50) {
      const until = drawnUntil(ground, now);
      expect(until).toBeGreaterThanOrEqual(before);
      expect(until).toBeLessThanOrEqual(Math.min(65_000, now + 500));
      if (now < 65_000) expect(until).toBeGreaterThan(now);
      before = until;
    }
    expect(before).toBe(65_000);
  });
  it("lets a stone end where the maker let go, and grow only up to the present while held", () => {
    expect(drawnUntil(mark({ from: 1000, to: null }), 3000)).toBe(3000);
    expect(drawnUntil(mark({ from: 1000, to: 2000 }), 3000)).toBe(2000);
    expect(drawnUntil(mark({ from: 1000, to: 9000 }), 3000)).toBe(3000);
  });
});
