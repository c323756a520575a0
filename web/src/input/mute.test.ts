import { describe, expect, it } from "vitest";
import { Mute } from "./mute";

const RATE = 48_000;
const block = (value: number): Int16Array => new Int16Array(480).fill(value);
const blocks = (mute: Mute, value: number, seconds: number): boolean =>
  Array.from({ length: seconds * 100 }, () => mute.hear(block(value))).at(-1) ?? false;

describe("a microphone that gives nothing", () => {
  it("is told after five seconds, and no longer once anything comes", () => {
    const mute = new Mute(RATE);
    expect(blocks(mute, 0, 4)).toBe(false);
    expect(blocks(mute, 1, 2)).toBe(true);
    expect(mute.hear(block(12))).toBe(false);
    expect(blocks(mute, 0, 4)).toBe(false);
  });
  it("is not a room in which nobody makes a sound", () => {
    expect(blocks(new Mute(RATE), 5, 60)).toBe(false);
  });
});
