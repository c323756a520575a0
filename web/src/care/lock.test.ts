import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchSigns, wrongWith } from "./lock";

describe("a new passphrase", () => {
  it("is taken when it was typed twice the same and is long enough", () => {
    expect(wrongWith("four quiet words", "four quiet words")).toBeNull();
    expect(wrongWith("four quiet words", "four quiet word")).toBe("differ");
    expect(wrongWith("shorter", "shorter")).toBe("short");
    expect(wrongWith("🎵🎵🎵🎵🎵🎵🎵🎵", "🎵🎵🎵🎵🎵🎵🎵🎵")).toBeNull(); // letters are counted, not halves
  });
});

describe("signs of a person", () => {
  let page: EventTarget;
  let told: number;
  beforeEach(() => {
    vi.useFakeTimers();
    page = new EventTarget();
    told = 0;
  });
  afterEach(() => vi.useRealTimers());
  const watch = (hears = false): (() => void) =>
    watchSigns(() => (told += 1), () => hears, page as unknown as Window);

  it("are told once a minute at most, and only where there are any", () => {
    const stop = watch();
    vi.advanceTimersByTime(10 * 60_000);
    expect(told).toBe(0);
    for (let n = 0; n < 100; n++) page.dispatchEvent(new Event("pointerdown"));
    expect(told).toBe(1);
    vi.advanceTimersByTime(60_000);
    page.dispatchEvent(new Event("keydown"));
    expect(told).toBe(2);
    stop();
  });
  it("are also that something is heard again", () => {
    const stop = watch(true);
    vi.advanceTimersByTime(10 * 60_000);
    expect(told).toBe(10);
    stop();
    vi.advanceTimersByTime(10 * 60_000);
    expect(told).toBe(10);
  });
});
