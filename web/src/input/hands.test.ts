import { describe, expect, it } from "vitest";
import { Hands, type Held } from "./hands";
import { padPitches, SCALES } from "./scales";
import { DEBOUNCES, DEFAULTS, HOLDS, LONGS, type Settings, WAYS } from "./settings";
import { dice, Remembering } from "./testing";

function rig(part: Partial<Settings> = {}) {
  const out = new Remembering();
  const shown: number[] = [];
  const asked: string[] = [];
  const more = {
    nearing: (near: boolean) => void asked.push(near ? "near" : "not"),
    more: () => void asked.push("more"),
    due: () => {},
  };
  const hands = new Hands(out, { ...DEFAULTS, ...part }, (held: Held) => shown.push(held.size), 5, more);
  return { out, hands, shown, asked };
}

describe("the hands", () => {
  it("sound the pad's own pitch, and let it go under the name it was pressed with", () => {
    const { out, hands } = rig();
    hands.pad("KeyD", 2, 0, 72, 10);
    expect(out.pressed.get("KeyD")).toBe(padPitches("open")[2]);
    hands.letGo("KeyS", 20);
    expect(out.pressed.size).toBe(1);
    hands.letGo("KeyD", 30);
    expect(out.pressed.size).toBe(0);
  });

  it("strike, and hold no note, when tapping", () => {
    const { out, hands } = rig({ way: "tap" });
    hands.pad("touch 1", 2, 0, 72, 10);
    hands.switch("Space", 72, 20);
    hands.letGo("touch 1", 30);
    hands.letGo("Space", 40);
    expect(out.heard.map(({ what }) => what)).toEqual(["strike", "strike"]);
  });

  it("find a pitch of the scale for every press of the switch", () => {
    for (const scale of SCALES) {
      const { out, hands } = rig({ way: "switch", scale });
      for (let n = 0; n < 100; n++) {
        hands.switch("Space", 72, n * 600);
        expect(padPitches(scale)).toContain([...out.pressed.values()][0]);
        hands.letGo("Space", n * 600 + 300);
        hands.tick(n * 600 + 400);
        expect(out.pressed.size).toBe(0);
      }
    }
  });

  it("make one note of a trembling press, held until the last of it is over", () => {
    const { out, hands } = rig({ way: "switch", debounce: 150 });
    hands.switch("Space", 72, 0);
    hands.letGo("Space", 20);
    hands.switch("Space", 72, 60);
    hands.letGo("Space", 90);
    hands.switch("Space", 72, 600);
    expect(out.of("press").map(({ when }) => when)).toEqual([0, 600]);
    expect(out.of("letGo").map(({ when }) => when)).toEqual([240]);
  });

  it("ask for more by a long press alone, which ends its note; no other press interrupts the playing", () => {
    const { out, hands, asked } = rig({ way: "switch", long: 3000 });
    for (let when = 0; when < 60_000; when += 3500) {
      hands.switch("Space", 72, when);
      hands.tick(when + 2900);
      hands.letGo("Space", when + 2900);
    }
    expect(asked).not.toContain("more");
    hands.switch("Space", 72, 70_000);
    hands.tick(73_000);
    expect(asked.at(-1)).toBe("more");
    expect(out.pressed.size).toBe(0);
    hands.letGo("Space", 73_100);
    hands.tick(80_000);
    expect(asked.filter((what) => what === "more").length).toBe(1);
  });

  it("never ask for more with two switches: the second is there for that", () => {
    const { hands, asked } = rig({ way: "switch", switches: 2 });
    hands.switch("Space", 72, 0);
    hands.tick(100_000);
    expect(asked).toEqual([]);
  });

  it("give two side by side notes of their own, the right one an octave higher", () => {
    const { out, hands } = rig({ way: "switch" });
    hands.switch("Space", 72, 0, "left");
    hands.switch("Enter", 72, 20, "right");
    expect(out.of("press").map(({ who }) => who)).toEqual(["left", "right"]);
    const [low, high] = out.of("press").map(({ key }) => out.pressed.get(key));
    expect(padPitches("open")).toContain(low);
    expect(padPitches("open").map((pitch) => pitch + 12)).toContain(high);
    hands.letGo("Space", 300);
    hands.tick(400);
    expect(out.pressed.size).toBe(1);
  });

  it("leave nothing hanging when scale or way changes under pressed keys", () => {
    for (const change of [{ scale: "minor" }, { way: "switch" }, { way: "tap" }] as const) {
      const { out, hands } = rig();
      hands.pad("KeyA", 0, 0, 72, 0);
      hands.use({ ...DEFAULTS, ...change }, 10);
      expect(out.pressed.size).toBe(0);
      expect(hands.held.size).toBe(0);
    }
    const { out, hands } = rig();
    hands.pad("KeyA", 0, 0, 72, 0);
    hands.use({ ...DEFAULTS, timbre: "harp", volume: 0.2 }, 10);
    expect(out.pressed.size).toBe(1);
  });

  it("show what they hold", () => {
    const { hands, shown } = rig();
    hands.pad("KeyA", 0, 0, 72, 0);
    hands.pad("KeyS", 1, 0, 72, 0);
    hands.letGo("KeyA", 5);
    hands.letGoAll(9);
    expect(shown).toEqual([1, 2, 1, 0]);
  });

  it("hold nothing after letting go of all, whatever was done before", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { out, hands } = rig();
      const chance = dice(seed);
      let settings: Settings = DEFAULTS;
      let when = 0;
      for (let turn = 0; turn < 250; turn++) {
        when += chance.below(400);
        const press = `key ${chance.below(8)}`;
        const kind = chance.below(12);
        if (kind < 4) hands.pad(press, chance.below(10), chance.below(3) - 1, 72, when);
        else if (kind < 5) hands.note(press, 40 + chance.below(50), 72, when);
        else if (kind < 7) hands.switch(press, 72, when, chance.of(["you", "left", "right"]));
        else if (kind < 11) hands.letGo(press, when);
        else {
          settings = { ...settings, way: chance.of(WAYS), scale: chance.of(SCALES), debounce: chance.of(DEBOUNCES),
            hold: chance.of(HOLDS), long: chance.of(LONGS) };
          hands.use(settings, when);
        }
        // What the hands believe to hold is what really sounds.
        hands.tick(when);
        const notes = [...hands.held].filter(([, { pitch }]) => pitch !== null).map(([name]) => name);
        expect(new Set(notes), `seed ${seed}, turn ${turn}`).toEqual(new Set(out.pressed.keys()));
      }
      hands.letGoAll(when);
      expect(out.pressed.size).toBe(0);
      expect(hands.held.size).toBe(0);
    }
  });
});
