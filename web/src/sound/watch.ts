/** Watches a context while it plays: drop-outs, and whether its time still passes. */

import type { Stage } from "./stage";

const LOOK_EVERY = 500; // ms
const MANY = 3; // drop-outs; more than this many within FIVE seconds are too many
const FIVE = 5000; // ms
const STALLED = 2000; // ms
const SETTLING = 3000; // ms after loading, of whose drop-outs browsers tell a little later

export class Watch {
  underruns = 0;
  private readonly recent: number[] = []; // when, ms
  private readonly timer: ReturnType<typeof setInterval>;
  private counted: number | null;
  private lastTime = 0;
  private lastMoved = performance.now();
  private readonly settled = performance.now() + SETTLING;

  constructor(
    private readonly stage: Stage,
    private readonly tooMany: () => void,
    private readonly dead: () => void,
  ) {
    this.counted = stage.underruns;
    this.timer = setInterval(() => this.look(), LOOK_EVERY);
  }

  /** The audio thread itself says that it was too slow; only asked where nothing better is known. */
  behind(): void {
    if (this.stage.underruns === null) this.count(1);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    const { stage } = this;
    const known = stage.underruns;
    if (known !== null && this.counted !== null && known > this.counted) this.count(known - this.counted);
    this.counted = known;
    if (stage.context.state !== "running" || stage.context.currentTime !== this.lastTime) {
      this.lastTime = stage.context.currentTime;
      this.lastMoved = now;
    } else if (now - this.lastMoved > STALLED) {
      this.lastMoved = now;
      this.dead();
    }
  }

  private count(events: number): void {
    const now = performance.now();
    // nobody can hear a gap in silence, and those of loading say nothing of playing
    if (this.stage.quiet || now < this.settled) return;
    this.underruns += events;
    for (let i = 0; i < events; i++) this.recent.push(now);
    while (this.recent.length > 0 && now - this.recent[0]! > FIVE) this.recent.shift();
    if (this.recent.length > MANY) {
      this.recent.length = 0;
      this.tooMany();
    }
  }
}
