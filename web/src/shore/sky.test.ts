import { describe, expect, it } from "vitest";
import { geometry, makerY } from "./layout";
import { skySpot } from "./sky";

const g = geometry(1440, 900, { top: 90, bottom: 200 });

describe("the whole sky", () => {
  it("gives, wherever it is touched, a note of the scale, and higher ones further up", () => {
    let before = 0;
    for (let y = g.water; y >= 0; y -= 3) {
      const pitch = skySpot(g, y, "open", null)?.place ?? 0;
      expect([0, 2, 4, 7, 9]).toContain(pitch % 12);
      expect(pitch).toBeGreaterThanOrEqual(before);
      before = pitch;
    }
    expect(before).toBe(84);
  });
  it("is silent on the water", () => {
    expect(skySpot(g, g.water + 1, "open", null)).toBeNull();
  });
  it("keeps the note of a finger that trembles between two, and leaves it for one that moves on", () => {
    const between = (makerY(g, 60) + makerY(g, 62)) / 2;
    for (const held of [60, 62]) {
      for (const shake of [-1, 0, 1]) {
        expect(skySpot(g, between + shake, "open", { place: held, lean: 0 })?.place).toBe(held);
      }
    }
    expect(skySpot(g, makerY(g, 62), "open", { place: 60, lean: 0 })?.place).toBe(62);
  });
});
