import { describe, expect, it, vi } from "vitest";
import { DEFAULTS } from "../input/settings";
import { soundOf, timbreWithout, TIMBRES, VOICES } from "../sound/voices";
import { Arrival, lastTime } from "./arrival.svelte";
import { holds, isOlder } from "./consent";
import { Bounds, type Careful, heard, openAt, shortest, USUAL, within, withAnswer } from "./intake";
import { isEmpty, NO_SIGN } from "./sign";

const questions = ["helps", "ears", "aims"].map((id) => ({ id, kind: "one" as const, of: ["yes", "no"] }));

describe("what was said at intake", () => {
  it("bounds what was chosen and does not change it", () => {
    const chosen = { ...DEFAULTS, timbre: "drum" as const, second: "piano" as const, beside: true, volume: 0.9 };
    const bounded = within(chosen, { ...USUAL, muted: ["drum", "marimba"], volume: 0.5 });
    expect(bounded.timbre).toBe("piano");
    expect(["drum", "marimba", "piano"]).not.toContain(bounded.second); // two side by side sound different
    expect(bounded.volume).toBe(0.5);
    expect(within(chosen, USUAL)).toEqual(chosen);
    expect(within({ ...chosen, volume: 0.2 }, { ...USUAL, volume: 0.5 }).volume).toBe(0.2);
  });
  it("leaves something to play with, also when every sound is left out", () => {
    expect(heard({ ...USUAL, muted: [...TIMBRES] })).toEqual(TIMBRES);
  });
  it("is gone on with at the first question without an answer, and begins anew after the last", () => {
    expect(openAt(questions, {})).toBe(0);
    expect(openAt(questions, { helps: "yes" })).toBe(1);
    expect(openAt(questions, { helps: "yes", ears: ["no"], aims: "x" })).toBe(0);
  });
  it("holds while it cannot be asked for, and is asked for again until it is told", async () => {
    vi.useFakeTimers();
    const page: Careful = { ...USUAL, muted: ["drum"], volume: 0.4 };
    const answers: (() => Promise<{ page: Careful }>)[] = [];
    const told: unknown[] = [];
    let asked = 0;
    const down = (): Promise<never> => Promise.reject(new Error("Locked."));
    const bounds = new Bounds(
      (careful) => void told.push(careful),
      () => {
        asked += 1;
        return (answers.shift() ?? down)();
      },
    );
    answers.push(() => Promise.resolve({ page }));
    bounds.look();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked, told]).toEqual([1, [page]]);
    bounds.look(); // and now the line is down
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([page]);
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(10);
    answers.push(() => Promise.resolve({ page: USUAL }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told).toEqual([page, USUAL]);
    const then = asked;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toBe(then);
    bounds.look();
    bounds.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toBe(then + 1);
    vi.useRealTimers();
  });
  it("takes an answer away where it is emptied", () => {
    expect(withAnswer({ helps: "yes" }, "ears", ["no"])).toEqual({ helps: "yes", ears: ["no"] });
    for (const nothing of [null, "", []]) expect(withAnswer({ helps: "yes" }, "helps", nothing)).toEqual({});
  });
  it("makes the shortest of all ends the end", () => {
    expect(shortest(null, 20, 5)).toBe(5);
    expect(shortest(null, null)).toBeNull();
  });
  it("takes no sound of the partner's that is left out, and plays on with another", () => {
    for (const voice of VOICES) {
      for (const timbre of [0, 1, 2]) {
        expect(timbreWithout(voice, timbre, [])).not.toBeNull();
        for (const muted of TIMBRES) {
          const taken = timbreWithout(voice, timbre, [muted]);
          if (voice === "percussion" && muted === "drum") expect(taken).toBeNull();
          else expect(soundOf(voice, 60, taken ?? -1)).not.toBe(muted);
        }
      }
    }
  });
});

describe("arriving", () => {
  it("goes one step at a time, and back", () => {
    const arrival = new Arrival();
    expect(arrival.back()).toBe(false);
    arrival.next();
    arrival.next();
    expect(arrival.step).toBe("opening");
    arrival.next();
    expect(arrival.step).toBe("opening");
    expect(arrival.back()).toBe(true);
    expect(arrival.step).toBe("lasts");
  });
  it("gives the sign to one take, and keeps how long only for that", () => {
    const arrival = new Arrival();
    arrival.sign = { word: "tired", colour: "blue" };
    arrival.lasts = 10;
    expect(arrival.begun()).toEqual({ word: "tired", colour: "blue" });
    expect([arrival.sign, arrival.step, arrival.lasts]).toEqual([NO_SIGN, "sign", 10]);
    arrival.passed();
    expect(arrival.lasts).toBeNull();
  });
  it("remembers how, and nothing of the sign", () => {
    expect(lastTime(DEFAULTS)).toBeNull();
    expect(lastTime({ ...DEFAULTS, lasts: 5, opening: "breathe" })).toEqual({ lasts: 5, opening: "breathe" });
    expect(lastTime({ ...DEFAULTS, opening: "shout" })).toBeNull();
    expect(Object.keys(DEFAULTS).filter((name) => /word|colour|sign/.test(name))).toEqual([]);
  });
  it("knows an empty sign", () => {
    expect([NO_SIGN, { word: "  ", colour: null }].map(isEmpty)).toEqual([true, true]);
    expect([{ word: "x", colour: null }, { word: null, colour: "sand" as const }].map(isEmpty)).toEqual([false, false]);
  });
});

describe("a yes", () => {
  it("holds only for the words to which it was said", () => {
    const given = "2026-03-01T12:00:00+00:00";
    expect(holds({ given, version: 1, current: 1 })).toBe(true);
    expect(holds({ given, version: 1, current: 2 })).toBe(false);
    expect(isOlder({ given, version: 1, current: 2 })).toBe(true);
    expect(isOlder({ given: null, version: null, current: 2 })).toBe(false);
  });
});
