import { describe, expect, it } from "vitest";
import { isSaid, LASTS, RESTS, spoken, type Spoken, STAYS } from "./together";

/** What is said in each second, when two move together in the seconds given. */
function seconds(lasts: number, together: (second: number) => boolean): boolean[] {
  let said: Spoken | null = null;
  let since: number | null = null;
  return Array.from({ length: lasts }, (_, second) => {
    const now = second * 1000;
    since = together(second) ? (since ?? now) : null;
    said = spoken(said, since, now);
    return isSaid(said, now);
  });
}

describe("moving together", () => {
  it("is said once it has lasted a little, and for twenty seconds even if it ends before", () => {
    const said = seconds(60, (second) => second >= 10 && second < 16);
    expect(said.indexOf(true) * 1000).toBe(10_000 + LASTS);
    expect(said.filter(Boolean).length * 1000).toBe(STAYS);
  });

  it("is not said of a moment", () => {
    expect(seconds(60, (second) => second === 10)).not.toContain(true);
  });

  it("is not said again before some time has passed, however long they go on", () => {
    const said = seconds(200, () => true);
    const begins = said.flatMap((now, second) => (now && !said[second - 1] ? [second * 1000] : []));
    for (let n = 1; n < begins.length; n++) expect(begins[n]! - begins[n - 1]!).toBeGreaterThanOrEqual(STAYS + RESTS);
    expect(begins.length).toBeGreaterThan(1);
  });
});
