/**
 * The microphone's side of the duet: tells the server when it is open, sends it what sounds, and shows what
 * the server heard. Every held note ends when the microphone, the line or the take does.
 */
import type { SessionClock } from "./clock";
import type { Connection } from "./connection";
import type { Marks } from "./marks";
import type { Numbered } from "./protocol";

const STAMP = 8; // bytes
const TAP_SHOWN = 140; // ms

export class Ear {
  private rate: number | null = null; // of the open microphone
  private maker = "you";
  private listened = false; // the server takes it in
  private readonly held = new Set<string>();
  private taps = 0;

  constructor(
    private readonly connection: Connection,
    private readonly clock: SessionClock,
    private readonly marks: Marks,
  ) {}

  get open(): boolean {
    return this.rate !== null;
  }

  on(rate: number): void {
    this.rate = rate;
  }

  /** Whose sound it is: beside hands that play, somebody of their own. */
  name(maker: string): void {
    this.maker = maker;
  }

  off(): void {
    this.rate = null;
    this.connection.say({ type: "microphone", on: false });
    this.endAll();
  }

  /** A take is open (again): the server may listen. */
  begin(): void {
    if (this.rate === null) return;
    this.listened = true;
    this.connection.say({ type: "microphone", on: true, rate: this.rate, maker: this.maker });
  }

  /** The line or the take is gone; `rate` is kept for the next one. */
  endAll(): void {
    this.listened = false;
    for (const id of this.held) this.marks.end(id, performance.now());
    this.held.clear();
  }

  sound(samples: Int16Array<ArrayBuffer>, when: number): void {
    if (!this.listened) return;
    const frame = new ArrayBuffer(STAMP + samples.byteLength);
    new DataView(frame).setFloat64(0, this.clock.sessionAt(when), true);
    new Int16Array(frame, STAMP).set(samples); // this machine's order, little-endian wherever browsers run
    this.connection.sound(frame);
  }

  /** What the server heard; returns when it began, if something did. */
  heard(event: Numbered): number | null {
    const from = this.clock.performanceAt(event.time ?? 0);
    if (event.type === "tap") {
      const id = `heard tap ${this.taps++}`;
      this.marks.begin(id, null, event.velocity ?? 64, from);
      this.marks.end(id, from + TAP_SHOWN);
      return from;
    }
    if (event.type !== "note") return null;
    const id = `heard ${event.pitch}`;
    if (!event.on) {
      this.marks.end(id, from);
      this.held.delete(id);
      return null;
    }
    this.marks.begin(id, event.pitch, event.velocity, from);
    this.held.add(id);
    return from;
  }
}
