import { describe, expect, it } from "vitest";
import { dice, event } from "./testing";
import { HOME_ROW, homeRowLetters, isReserved, listenKeys } from "./keyboard";
import type { Way } from "./settings";

class FakePage extends EventTarget {
  visibilityState = "visible";
}

interface Key {
  code: string;
  repeat?: boolean;
  ctrlKey?: boolean;
  altKey?: boolean;
  metaKey?: boolean;
  isComposing?: boolean;
  target?: object | null;
  timeStamp?: number;
}

class Rig {
  readonly window = new EventTarget();
  readonly page = new FakePage();
  readonly held = new Set<string>();
  readonly log: string[] = [];
  way: Way = "pads";
  beside = false;
  readonly stop = listenKeys(this.window, this.page, {
    way: () => this.way,
    beside: () => this.beside,
    pad: (press, pad, octave, _when, who) => {
      this.held.add(press);
      this.log.push(`pad ${pad} ${octave}${who === "you" ? "" : ` ${who}`}`);
    },
    switch: (press, _when, who) => {
      this.held.add(press);
      this.log.push(`switch ${press}${who === "you" ? "" : ` ${who}`}`);
    },
    letGo: (press) => {
      this.held.delete(press);
      this.log.push(`letGo ${press}`);
    },
    letGoAll: () => {
      this.held.clear();
      this.log.push("letGoAll");
    },
    rest: () => this.log.push("rest"),
  });

  send(type: "keydown" | "keyup", key: Key): Event {
    const made = event(type, { repeat: false, target: null, ...key });
    this.window.dispatchEvent(made);
    return made;
  }
  down(code: string, more: Partial<Key> = {}): Event {
    return this.send("keydown", { code, ...more });
  }
  up(code: string): Event {
    return this.send("keyup", { code });
  }
}

const button = { tagName: "BUTTON", closest: (selector: string) => (selector.includes("button") ? {} : null) };
const playButton = { tagName: "BUTTON", closest: () => ({}) };
const slider = { tagName: "INPUT", type: "range", closest: button.closest };

describe("the computer keyboard", () => {
  it("plays three rows by position, an octave apart", () => {
    const rig = new Rig();
    for (const code of ["KeyA", "Semicolon", "KeyQ", "KeyP", "KeyZ", "Slash"]) rig.down(code);
    expect(rig.log).toEqual(["pad 0 0", "pad 9 0", "pad 0 1", "pad 9 1", "pad 0 -1", "pad 9 -1"]);
  });

  it("belongs by halves to two who play side by side, each from home on, the right one an octave higher", () => {
    const rig = new Rig();
    rig.beside = true;
    for (const code of ["KeyA", "KeyG", "KeyH", "Semicolon", "KeyQ", "KeyP"]) rig.down(code);
    expect(rig.log).toEqual([
      "pad 0 0 left", "pad 4 0 left", "pad 0 1 right", "pad 4 1 right", "pad 0 1 left", "pad 4 2 right",
    ]);
  });

  it("gives each of two tappers their half, and the keys that two switches usually send", () => {
    const rig = new Rig();
    rig.beside = true;
    rig.way = "tap";
    for (const code of ["KeyF", "KeyJ", "Space", "Enter", "ArrowLeft", "ArrowRight", "Numpad1", "Digit2"]) rig.down(code);
    expect(rig.log.map((said) => said.split(" ").at(-1))).toEqual([
      "left", "right", "left", "right", "left", "right", "right", "left",
    ]);
  });

  it("sounds a held key once, and keeps its repeats from scrolling", () => {
    const rig = new Rig();
    rig.down("KeyA");
    const repeated = rig.down("KeyA", { repeat: true });
    expect(rig.log).toEqual(["pad 0 0"]);
    expect(repeated.defaultPrevented).toBe(true);
    expect(rig.down("Space", { repeat: true }).defaultPrevented).toBe(false);
  });

  it("leaves every shortcut and every word being composed alone", () => {
    const rig = new Rig();
    for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { isComposing: true }]) {
      for (rig.way of ["pads", "switch"] as const) {
        expect(rig.down("KeyA", more).defaultPrevented).toBe(false);
      }
    }
    expect(rig.log).toEqual([]);
  });

  it("plays nothing while letters belong to a field", () => {
    const rig = new Rig();
    const fields = [
      { tagName: "TEXTAREA" },
      { tagName: "SELECT" },
      { tagName: "INPUT", type: "text" },
      { tagName: "INPUT", type: "search" },
      { tagName: "DIV", isContentEditable: true },
    ];
    for (const target of fields) rig.down("KeyA", { target });
    expect(rig.log).toEqual([]);
    rig.down("KeyA", { target: slider });
    expect(rig.log).toEqual(["pad 0 0"]);
  });

  it("lets go of everything when the window loses focus or is hidden", () => {
    const rig = new Rig();
    for (const away of [
      () => rig.window.dispatchEvent(new Event("blur")),
      () => {
        rig.page.visibilityState = "hidden";
        rig.page.dispatchEvent(new Event("visibilitychange"));
        rig.page.visibilityState = "visible";
      },
    ]) {
      rig.down("KeyA");
      rig.down("KeyD");
      away();
      expect(rig.held.size).toBe(0);
    }
    rig.down("KeyA");
    rig.page.dispatchEvent(new Event("visibilitychange"));
    expect(rig.held.size).toBe(1);
  });

  it("never traps Tab, in any way of playing", () => {
    const rig = new Rig();
    for (rig.way of ["pads", "sky", "tap", "switch"] as const) {
      for (const target of [null, button, playButton]) {
        expect(rig.down("Tab", { target }).defaultPrevented).toBe(false);
        expect(rig.down("Tab", { target, repeat: true }).defaultPrevented).toBe(false);
      }
    }
    expect(rig.log).toEqual([]);
  });

  it("makes every key a switch but those that move on, stop or belong to the machine", () => {
    const rig = new Rig();
    rig.way = "switch";
    for (const code of ["Space", "Enter", "KeyA", "Digit5", "ArrowUp", "Numpad0"]) rig.down(code);
    expect(rig.log.length).toBe(6);
    for (const code of ["Tab", "ShiftLeft", "F5", "CapsLock", "MetaLeft", "AudioVolumeUp", ""]) rig.down(code);
    expect(rig.log.length).toBe(6);
    expect(isReserved("Escape")).toBe(true);
    expect(isReserved("KeyF")).toBe(false);
  });

  it("gives Enter and Space to the focused button, and to the switch on the playing surface", () => {
    const rig = new Rig();
    rig.way = "switch";
    expect(rig.down("Enter", { target: button }).defaultPrevented).toBe(false);
    expect(rig.log).toEqual([]);
    rig.down("Enter", { target: playButton });
    expect(rig.log).toEqual(["switch Enter"]);
    expect(rig.down("ArrowLeft", { target: slider }).defaultPrevented).toBe(false);
  });

  it("takes Escape for Rest wherever focus is, once for each press", () => {
    const rig = new Rig();
    for (const target of [null, button, { tagName: "INPUT", type: "text" }]) rig.down("Escape", { target });
    rig.down("Escape", { repeat: true });
    expect(rig.log).toEqual(["rest", "rest", "rest"]);
  });

  it("lets go of a note even when focus has gone to a field meanwhile", () => {
    const rig = new Rig();
    rig.down("KeyA");
    rig.send("keyup", { code: "KeyA", target: { tagName: "TEXTAREA" } });
    expect(rig.held.size).toBe(0);
  });

  it("holds nothing once every key is up, whatever happened in between", () => {
    const rig = new Rig();
    const chance = dice(11);
    for (let turn = 0; turn < 4000; turn++) {
      const code = chance.of(HOME_ROW);
      const target = chance.of([null, null, button, { tagName: "TEXTAREA" }]);
      if (chance.below(40) === 0) rig.window.dispatchEvent(new Event("blur"));
      else if (chance.below(2) === 0) rig.down(code, { target, ctrlKey: chance.below(8) === 0 });
      else rig.send("keyup", { code, target });
    }
    for (const code of HOME_ROW) rig.up(code);
    expect(rig.held.size).toBe(0);
  });

  it("is silent after it was told to stop listening", () => {
    const rig = new Rig();
    rig.stop();
    rig.down("KeyA");
    expect(rig.log).toEqual([]);
  });

  it("names the keys as the layout prints them, or as usual where nothing is known", async () => {
    const map = new Map([["KeyA", "q"], ["Semicolon", "m"]]);
    const letters = await homeRowLetters({ keyboard: { getLayoutMap: () => Promise.resolve(map) } });
    expect([letters[0], letters[1], letters[9]]).toEqual(["Q", "S", "M"]);
    expect((await homeRowLetters({})).join("")).toBe("ASDFGHJKL;");
    const refusing = { keyboard: { getLayoutMap: () => Promise.reject(new Error("no")) } };
    expect((await homeRowLetters(refusing)).join("")).toBe("ASDFGHJKL;");
  });
});
