import { describe, expect, it } from "vitest";
import type { Heard } from "../duet/protocol";
import { known } from "../texts";
import { keyWords, leadWords, makerName, pulseWords, stateWords, TECHNIQUES } from "./words";

const HEARD: Heard = {
  type: "hearing", now: 1, pulse: null, tonality: null, state: {}, phrase: {}, leading: null,
  asked: { tempo: null, only: null, softer: 0 }, resting: null, finishing: false, limit: null, longest: null,
  player: true,
}; // prettier-ignore
const STATES = ["silent", "tentative", "flowing", "insistent", "scattered", "storming", "fading"];
const MODES = ["major", "minor", "dorian", "phrygian", "lydian", "mixolydian"];

describe("what is heard, in words", () => {
  it("is a whole sentence also where nothing is heard", () => {
    for (const words of [pulseWords, keyWords, stateWords, leadWords]) expect(words(HEARD)).toMatch(/^[A-Z].*\.$/);
  });
  it("says how sure it is, and not as a number", () => {
    const pulse = (confidence: number) => pulseWords({ ...HEARD, pulse: { bpm: 96, confidence } });
    expect(new Set([0.1, 0.5, 0.9].map(pulse)).size).toBe(3);
    for (const one of [0.1, 0.5, 0.9].map(pulse)) expect(one).toMatch(/96/);
    const key = keyWords({ ...HEARD, tonality: { tonic: 10, mode: "dorian", confidence: 0.9 } });
    expect(key).toBe("B♭ dorian, clearly.");
  });
  it("knows every state and mode that the engine has, and every technique by its own words", () => {
    for (const name of STATES) expect(known("therapist.state", name), name).not.toBeNull();
    for (const name of MODES) expect(known("therapist.mode", name), name).not.toBeNull();
    for (const name of TECHNIQUES) expect(known("does", name), name).not.toBeNull();
  });
  it("names makers where there are several, and shows an unknown name as it is", () => {
    const flowing = { name: "flowing", because: "notes follow each other" };
    expect(stateWords({ ...HEARD, state: { you: flowing } })).toBe("Playing: flowing (notes follow each other).");
    const both = stateWords({ ...HEARD, state: { you: flowing, therapist: flowing, "<b>x": flowing } });
    expect(both).toContain("The one who plays: ");
    expect(both).toContain("You: ");
    expect(both).toContain("<b>x: ");
    expect(makerName("constructor")).toBe("constructor");
  });
  it("says who leads and why", () => {
    const said = (leading: Heard["leading"]) => leadWords({ ...HEARD, leading });
    expect(said({ who: "partner", because: "asked" })).toBe("Undersong leads: that was asked for.");
    expect(said({ who: "you", because: "began", times: 1, of: 1 })).toBe("The one who plays began.");
    expect(said({ who: "therapist", because: "began", times: 3, of: 5 })).toContain("3 of the last 5");
  });
});
