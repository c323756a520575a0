import { describe, expect, it } from "vitest";
import { type Asked, SwitchPress } from "./switchpress";
import { dice } from "./testing";

const PLAIN: Asked = { debounce: 40, hold: 0, long: 3000 };

function rig(asked: Partial<Asked> = {}) {
  const log: (readonly [string, number])[] = [];
  const note = (what: string) => (when: number) => void log.push([what, when]);
  const one = new SwitchPress(
    { pressed: note("pressed"), released: note("released"), nearing: note("nearing"), long: note("long") },
    { ...PLAIN, ...asked },
  );
  return { one, log };
}

describe("a switch", () => {
  it("counts at the moment it is pressed, and is released once its contact stays lost", () => {
    const { one, log } = rig();
    one.down("Space", 100);
    expect(log).toEqual([["pressed", 100]]);
    one.up("Space", 400);
    one.tick(439);
    expect(log.length).toBe(1);
    one.tick(440);
    expect(log).toEqual([["pressed", 100], ["released", 440]]);
  });

  it("takes a trembling press for one, however often the contact is lost", () => {
    const { one, log } = rig({ debounce: 150 });
    for (const at of [0, 120, 250, 380]) {
      one.down("Space", at);
      one.up("Space", at + 30);
    }
    one.tick(2000);
    expect(log).toEqual([["pressed", 0], ["released", 560]]);
  });

  it("hears two presses where the contact was lost for long enough", () => {
    const { one, log } = rig({ debounce: 150 });
    one.down("Space", 0);
    one.up("Space", 100);
    one.down("Space", 250);
    expect(log.map(([what]) => what)).toEqual(["pressed", "released", "pressed"]);
  });

  it("ignores a touch that is shorter than it has to last", () => {
    const { one, log } = rig({ hold: 400 });
    one.down("Space", 0);
    one.up("Space", 200);
    one.tick(1000);
    expect(log).toEqual([]);
    one.down("Space", 2000);
    one.tick(2399);
    expect(log).toEqual([]);
    one.tick(2400);
    expect(log).toEqual([["pressed", 2400]]);
  });

  it("asks for more once it has lasted long, tells of it half way, and does not tell of its release", () => {
    const { one, log } = rig({ debounce: 150 });
    one.down("Space", 0);
    one.up("Space", 1000); // a tremor in the middle of it changes nothing
    one.down("Space", 1100);
    one.tick(1500);
    expect(log).toEqual([["pressed", 0], ["nearing", 1500]]);
    one.tick(3000);
    one.up("Space", 3100);
    one.tick(9000);
    expect(log).toEqual([["pressed", 0], ["nearing", 1500], ["long", 3000]]);
    one.down("Space", 9100);
    expect(log.at(-1)).toEqual(["pressed", 9100]);
  });

  it("never asks for more by a press that ends a moment earlier", () => {
    const { one, log } = rig();
    one.down("Space", 0);
    one.up("Space", 2959);
    one.tick(9000);
    expect(log.map(([what]) => what)).toEqual(["pressed", "nearing", "released"]);
  });

  it("is one switch, whatever keys and fingers press it", () => {
    const { one, log } = rig();
    one.down("Space", 0);
    one.down("Enter", 100);
    one.up("Space", 200);
    one.tick(1000);
    expect(log).toEqual([["pressed", 0]]);
    one.up("Enter", 1100);
    one.tick(1200);
    expect(log.at(-1)).toEqual(["released", 1140]);
  });

  it("is let go where the keyboard is lost", () => {
    const { one, log } = rig();
    one.down("Space", 0);
    one.drop(500);
    one.tick(9000);
    expect(log).toEqual([["pressed", 0], ["released", 500]]);
  });

  it("ends every press once, by a release or by lasting long, whatever trembles", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const chance = dice(seed);
      const { one, log } = rig({ debounce: chance.of([0, 40, 350]), hold: chance.of([0, 300]), long: chance.of([800, 3000]) });
      let when = 0;
      for (let turn = 0; turn < 200; turn++) {
        when += chance.below(chance.of([30, 400, 2000]));
        if (chance.below(30) === 0) one.drop(when);
        else if (chance.below(2) === 0) one.down(chance.of(["a", "b"]), when);
        else one.up(chance.of(["a", "b"]), when);
      }
      one.drop(when);
      let down = false;
      for (const [what] of log) {
        if (what === "pressed") expect(down, `seed ${seed}`).toBe(false);
        else expect(down, `seed ${seed}`).toBe(true);
        down = what === "pressed" || what === "nearing";
      }
      expect(down).toBe(false);
      expect(log.map(([, at]) => at)).toEqual(log.map(([, at]) => at).toSorted((a, b) => a - b));
    }
  });
});
