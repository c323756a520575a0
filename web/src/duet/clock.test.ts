import { describe, expect, it } from "vitest";
import { SessionClock } from "./clock";

/** A server whose clock is `ahead` ms ahead; each ping takes `trip` ms, `lean` of it on the way out. */
function ping(clock: SessionClock, sent: number, ahead: number, trip: number, lean = 0.5): void {
  clock.heard(sent, (sent + trip * lean + ahead) / 1000, sent + trip);
}

describe("the session's clock", () => {
  it("turns performance time into session time and back", () => {
    const clock = new SessionClock();
    ping(clock, 1000, 5000, 2);
    clock.set(2, 7); // the session showed 2 s when the server's clock showed 7 s
    expect(clock.sessionAt(2000)).toBeCloseTo(2, 6);
    expect(clock.performanceAt(clock.sessionAt(1234.5))).toBeCloseTo(1234.5, 6);
  });

  it("believes the quickest answers, however slow and lopsided the others are", () => {
    const clock = new SessionClock();
    for (let n = 0; n < 16; n++) {
      const quick = n % 4 === 0;
      ping(clock, 40 * n, 5000, quick ? 1 : 60, quick ? 0.5 : 1);
    }
    clock.set(0, 5);
    expect(Math.abs(clock.performanceAt(0))).toBeLessThan(0.6);
  });

  it("slews towards what it hears later and never jumps", () => {
    const clock = new SessionClock();
    for (let n = 0; n < 16; n++) ping(clock, 40 * n, 5000, 1);
    clock.set(0, 5);
    let before = clock.performanceAt(0);
    for (let n = 0; n < 70; n++) {
      ping(clock, 1000 + 100 * n, 5030, 1);
      const after = clock.performanceAt(0);
      expect(Math.abs(after - before)).toBeLessThanOrEqual(2 + 10); // 2% of 100 ms, and of the first gap
      before = after;
    }
    expect(before).toBeCloseTo(-30, 0);
  });
});
