import { describe, expect, it } from "vitest";
import { DEFAULTS, load, save, type Settings, type Store, TIMBRES } from "./settings";

class Memory implements Store {
  value: string | null = null;
  getItem(): string | null {
    return this.value;
  }
  setItem(_key: string, value: string): void {
    this.value = value;
  }
}

function kept(value: string | null): Settings {
  const store = new Memory();
  store.value = value;
  return load(store);
}

describe("the settings", () => {
  it("come back as they were chosen", () => {
    const store = new Memory();
    const chosen: Settings = { timbre: "harp", volume: 0.25, scale: "dorian", way: "switch", debounce: 350, hold: 150,
      long: 5000, pace: 3600, switches: 2, beside: true, second: "flute", closes: 5, lasts: 20, opening: "breathe", roundTrip: 0.12, lead: 0.04 };
    save(store, chosen);
    expect(load(store)).toEqual(chosen);
  });

  it("fall back as a whole where the store is empty, broken, foreign or missing", () => {
    for (const broken of [null, "", "{", "null", "7", '"piano"', "[]", "undefined", "{}"]) {
      expect(kept(broken), String(broken)).toEqual(DEFAULTS);
    }
    expect(load(null)).toEqual(DEFAULTS);
  });

  it("fall back one by one, keeping what is sound", () => {
    const read = kept(
      JSON.stringify({ timbre: "drums", volume: 9, scale: "toString", way: "sky", debounce: "40" }),
    );
    expect(read).toEqual({ ...DEFAULTS, way: "sky" });
  });

  it("never take a loudness that is not one", () => {
    for (const volume of [-0.1, 1.1, "0.5", null, true, {}, []]) {
      expect(kept(JSON.stringify({ volume })).volume).toBe(DEFAULTS.volume);
    }
    expect(kept('{"volume":1e999}').volume).toBe(DEFAULTS.volume);
    expect(kept('{"volume":0}').volume).toBe(0);
  });

  it("never give both of two the same sound", () => {
    for (const timbre of TIMBRES) {
      const read = kept(JSON.stringify({ timbre, second: timbre, beside: true }));
      expect(read.second).not.toBe(read.timbre);
      expect(TIMBRES).toContain(read.second);
    }
  });

  it("do without a store that refuses to read or to write", () => {
    const refusing: Store = {
      getItem: () => {
        throw new Error("forbidden");
      },
      setItem: () => {
        throw new Error("full");
      },
    };
    expect(load(refusing)).toEqual(DEFAULTS);
    expect(() => save(refusing, DEFAULTS)).not.toThrow();
    expect(() => save(null, DEFAULTS)).not.toThrow();
  });
});
