/**
 * The session's clock as this page knows it. The server's clock is the master: pings tell how far
 * it is from performance.now(); of those only the quickest quarter is believed, and the estimate
 * slews towards them, so that a note already placed never jumps.
 */

const REMEMBERED = 32; // pings
const SLEW = 0.02; // ms of change for each ms that passes, at most
const SURE_AFTER = 8; // pings; before them the estimate is set, not slewed

interface Ping {
  readonly offset: number;
  readonly roundTrip: number;
}

export class SessionClock {
  private pings: Ping[] = [];
  private offset = 0; // ms: the server's clock minus performance time
  private slewedAt = 0;
  private zero = 0; // ms of the server's clock at which the session's time is 0

  /** The session's time was `now` when the server's clock showed `at`, both in seconds. */
  set(now: number, at: number): void {
    this.zero = (at - now) * 1000;
  }

  /** A ping sent at `sent` came back at `back` (performance ms); the server's clock showed `at` (s). */
  heard(sent: number, at: number, back: number): void {
    this.pings.push({ offset: at * 1000 - (sent + back) / 2, roundTrip: back - sent });
    if (this.pings.length > REMEMBERED) this.pings.shift();
    const best = this.best();
    if (this.pings.length <= SURE_AFTER) {
      this.offset = best;
    } else {
      const most = (back - this.slewedAt) * SLEW;
      this.offset += Math.max(-most, Math.min(most, best - this.offset));
    }
    this.slewedAt = back;
  }

  /** The server was started anew, or this machine slept: what was known of its clock is void. */
  forget(): void {
    this.pings = [];
  }

  private best(): number {
    const quickest = [...this.pings].sort((a, b) => a.roundTrip - b.roundTrip);
    const quarter = quickest.slice(0, Math.max(1, Math.floor(quickest.length / 4)));
    const offsets = quarter.map((ping) => ping.offset).sort((a, b) => a - b);
    return offsets[Math.floor(offsets.length / 2)] as number;
  }

  /** Seconds of the session at a performance time in ms. */
  sessionAt(performanceMs: number): number {
    return (performanceMs + this.offset - this.zero) / 1000;
  }

  /** The performance time in ms of a moment of the session in seconds. */
  performanceAt(session: number): number {
    return session * 1000 + this.zero - this.offset;
  }
}
