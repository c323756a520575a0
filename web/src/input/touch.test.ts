import { describe, expect, it } from "vitest";
import { dice, event } from "./testing";
import { listenTouch, type Spot, velocityOf } from "./touch";

const WIDTH = 10; // of one place; beyond ten of them, and below zero, nothing sounds

class Rig {
  readonly element = new EventTarget();
  readonly sounding = new Map<string, number>();
  readonly log: string[] = [];
  readonly stop = listenTouch(this.element, {
    at: (x) => (x < 0 || x >= 10 * WIDTH ? null : { place: Math.floor(x / WIDTH), lean: 0 }),
    down: (press, spot: Spot) => {
      expect(this.sounding.has(press), "one pointer holds one note").toBe(false);
      this.sounding.set(press, spot.place);
      this.log.push(`down ${press} ${spot.place}`);
    },
    up: (press) => {
      this.sounding.delete(press);
      this.log.push(`up ${press}`);
    },
  });

  send(type: string, pointerId: number, x: number, button = 0): void {
    const fields = { pointerId, clientX: x, clientY: 0, button, pressure: 0.5, pointerType: "touch" };
    this.element.dispatchEvent(event(type, fields));
  }
}

describe("touch", () => {
  it("plays one note for each finger and lets each go by itself", () => {
    const rig = new Rig();
    rig.send("pointerdown", 1, 5);
    rig.send("pointerdown", 2, 35);
    expect([...rig.sounding.values()]).toEqual([0, 3]);
    rig.send("pointerup", 1, 5);
    expect([...rig.sounding.values()]).toEqual([3]);
  });

  it("plays on where a finger slides to, and nothing new within the same place", () => {
    const rig = new Rig();
    rig.send("pointerdown", 1, 5);
    rig.send("pointermove", 1, 8);
    rig.send("pointermove", 1, 15);
    expect(rig.log).toEqual(["down touch 1 0", "up touch 1", "down touch 1 1"]);
  });

  it("falls silent beside the surface and sounds again when the finger comes back", () => {
    const rig = new Rig();
    rig.send("pointerdown", 1, 5);
    rig.send("pointermove", 1, -5);
    expect(rig.sounding.size).toBe(0);
    rig.send("pointermove", 1, 25);
    expect([...rig.sounding.values()]).toEqual([2]);
  });

  it("lets go when the pointer is cancelled, leaves, or its capture is lost", () => {
    for (const end of ["pointerup", "pointercancel", "pointerleave", "lostpointercapture"]) {
      const rig = new Rig();
      rig.send("pointerdown", 1, 5);
      rig.send(end, 1, 5);
      expect(rig.sounding.size, end).toBe(0);
      rig.send("pointermove", 1, 25);
      expect(rig.sounding.size, `${end}, then moving`).toBe(0);
    }
  });

  it("plays with a mouse's main button only, and never by hovering", () => {
    const rig = new Rig();
    rig.send("pointermove", 1, 5);
    rig.send("pointerdown", 1, 5, 2);
    expect(rig.log).toEqual([]);
  });

  it("leaves no note stuck, whatever order the events come in", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rig = new Rig();
      const chance = dice(seed);
      const kinds = ["pointerdown", "pointerdown", "pointermove", "pointermove", "pointerup", "pointercancel",
        "pointerleave", "lostpointercapture"];
      for (let turn = 0; turn < 300; turn++) {
        rig.send(chance.of(kinds), chance.below(5), chance.below(140) - 20, chance.below(12) === 0 ? 2 : 0);
        expect(rig.sounding.size).toBeLessThanOrEqual(5);
      }
      for (let id = 0; id < 5; id++) rig.send("pointerup", id, 5);
      expect(rig.sounding.size, `seed ${seed}`).toBe(0);
    }
  });

  it("lets everything go when it stops listening", () => {
    const rig = new Rig();
    rig.send("pointerdown", 1, 5);
    rig.send("pointerdown", 2, 55);
    rig.stop();
    expect(rig.sounding.size).toBe(0);
    rig.send("pointerdown", 3, 5);
    expect(rig.sounding.size).toBe(0);
  });

  it("keeps every touch gentle, and lets real pressure count", () => {
    const press = (pointerType: string, pressure: number) => velocityOf({ pointerType, pressure }, 0);
    expect(press("mouse", 0.5)).toBe(press("touch", 0.5));
    expect(press("touch", 1)).toBe(press("touch", 0));
    expect(press("pen", 0.9)).toBeGreaterThan(press("pen", 0.1));
    for (let pressure = 0; pressure <= 1; pressure += 0.01) {
      for (const lean of [-9, -1, 0, 1, 9]) {
        const velocity = velocityOf({ pointerType: "pen", pressure }, lean);
        expect(velocity).toBeGreaterThanOrEqual(30);
        expect(velocity).toBeLessThanOrEqual(106);
      }
    }
  });
});
