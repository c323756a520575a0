import { describe, expect, it } from "vitest";
import { Devices, type Receiver } from "./devices";
import { DEFAULTS, type Settings } from "./settings";
import { Remembering } from "./testing";

class Out extends Remembering {
  midiConnected(): void {}
  midiGone(): void {}
}

function rig(part: Partial<Settings>) {
  const out = new Out();
  const devices = new Devices(out, () => ({ ...DEFAULTS, ...part }));
  const log: string[] = [];
  const receiver = (name: string): Receiver => ({
    down: (press, _velocity, _when, who, second) => void log.push(`${name} down ${press} ${who}${second ? " second" : ""}`),
    up: (press) => void log.push(`${name} up ${press}`),
  });
  return { out, devices, log, receiver };
}

describe("MIDI devices", () => {
  it("play their own notes, each to its own maker where two play side by side", () => {
    for (const [beside, makers] of [[false, ["you", "you"]], [true, ["left", "right"]]] as const) {
      const { out, devices, receiver, log } = rig({ beside });
      devices.attach(receiver("hands"));
      devices.press("a", 60, 80, 1, 0);
      devices.press("b", 64, 80, 2, 1);
      devices.foot("f", 64, true, 3, 1);
      expect(out.of("press").map(({ who }) => who)).toEqual(makers);
      expect(out.of("pedal").map(({ who }) => who)).toEqual([makers[1]]);
      expect(log).toEqual([]);
    }
  });

  it("are switches where any key is one: notes, pads and foot switches alike", () => {
    const { out, devices, log, receiver } = rig({ way: "switch" });
    devices.attach(receiver("hands"));
    devices.press("a", 60, 80, 1, 0);
    devices.letGo("a", 2);
    devices.foot("f", 64, true, 3, 0);
    devices.foot("f", 64, false, 4, 0);
    devices.foot("g", 67, true, 5, 0);
    devices.foot("g", 67, false, 6, 0);
    devices.strike("d", 90, 7, 0);
    expect(log).toEqual([
      "hands down a you", "hands up a", "hands down f you", "hands up f", "hands down g you second", "hands up g",
      "hands down d you", "hands up d",
    ]);
    expect(out.heard).toEqual([]);
  });

  it("tell a release to whom the press was told, whoever has come meanwhile", () => {
    const { devices, log, receiver } = rig({ way: "switch" });
    devices.attach(receiver("hands"));
    devices.press("a", 60, 80, 1, 0);
    const gone = devices.attach(receiver("scan"));
    devices.press("b", 60, 80, 2, 0);
    devices.letGo("a", 3);
    gone();
    devices.letGo("b", 4);
    devices.press("c", 60, 80, 5, 0);
    expect(log).toEqual(["hands down a you", "scan down b you", "hands up a", "scan up b", "hands down c you"]);
  });
});
