/**
 * Between the page's clock and the audio context's: at which context time a sound must begin in order
 * to leave the device at a moment of the page's clock. The median of recent readings; it is drawn
 * towards a new value, never set to it, as long as the device stays the same.
 */

const KEPT = 15; // readings
const SLEW = 0.002; // seconds that it may move for each second that passes
const LEAP = 0.1; // seconds: a difference that no drift makes: the device changed, or the machine slept

export interface Reading {
  readonly context: number; // seconds
  readonly performance: number; // ms
}

/** One reading of a context: which frame leaves the device at this moment. */
export function readOutput(context: AudioContext, bridge: Bridge): void {
  if (context.state !== "running") return;
  const stamp = context.getOutputTimestamp?.();
  if (stamp?.contextTime && stamp.performanceTime) {
    bridge.read({ context: stamp.contextTime, performance: stamp.performanceTime });
  } else {
    const leaving = context.currentTime - (context.outputLatency || context.baseLatency || 0);
    bridge.read({ context: leaving, performance: performance.now() });
  }
}

export class Bridge {
  private readonly offsets: number[] = []; // context seconds minus page seconds
  private held: number | null = null;
  private last = 0;

  /** One pair of the two clocks, for the sound that is leaving the device. */
  read({ context, performance }: Reading): void {
    this.offsets.push(context - performance / 1000);
    if (this.offsets.length > KEPT) this.offsets.shift();
    const sorted = [...this.offsets].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)]!;
    const most = SLEW * Math.max(0, performance - this.last) / 1000;
    this.last = performance;
    if (this.held === null || this.offsets.length < KEPT || Math.abs(median - this.held) > LEAP) this.held = median;
    else this.held += Math.max(-most, Math.min(most, median - this.held));
  }

  forget(): void {
    this.offsets.length = 0;
    this.held = null;
  }

  contextTimeAt(performanceMs: number): number {
    return performanceMs / 1000 + (this.held ?? 0);
  }

  performanceAt(contextTime: number): number {
    return (contextTime - (this.held ?? 0)) * 1000;
  }
}
