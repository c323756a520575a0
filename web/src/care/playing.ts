/**
 * A therapist's own notes: told to the server with the session's time, and drawn here at once. They sound at
 * the page that plays. A pedal holds them here, since that page has a pedal of its own.
 */
import type { SessionClock } from "../duet/clock";
import type { Marks } from "../duet/marks";
import { type FromBeside, THERAPIST } from "../duet/protocol";
import type { Out } from "../input/hands";

const TAP_SHOWN = 140; // ms

interface Held {
  readonly name: string; // of its mark
  readonly pitch: number;
}

export class Playing implements Out {
  /** Whether anybody would hear it. */
  open = false;
  /** Whether the keys play at all; a therapist who writes or listens is not to sound by accident. */
  on = false;
  private readonly pressed = new Map<string, Held>(); // by what holds it
  private readonly sustained = new Set<Held>(); // let go of, under the pedal
  private down = false;
  private count = 0; // of what was played

  constructor(
    private readonly clock: SessionClock,
    private readonly marks: Marks,
    private readonly say: (message: FromBeside) => void,
  ) {}

  press(key: string, pitch: number, velocity: number, when: number): void {
    if (!this.open || !this.on) return;
    this.letGo(key, when);
    this.endSustained(pitch, when);
    const held = { name: `mine ${this.count++}`, pitch };
    this.pressed.set(key, held);
    this.say({ type: "note", on: true, time: this.clock.sessionAt(when), pitch, velocity });
    this.marks.begin(held.name, pitch, velocity, when, THERAPIST);
  }

  letGo(key: string, when: number): void {
    const held = this.pressed.get(key);
    if (held === undefined) return;
    this.pressed.delete(key);
    if (this.down) this.sustained.add(held);
    else this.end(held, when);
  }

  /** A pitch that two keys hold ends with the last of them. */
  private end({ name, pitch }: Held, when: number): void {
    this.marks.end(name, when);
    if ([...this.pressed.values(), ...this.sustained].some((other) => other.pitch === pitch)) return;
    this.say({ type: "note", on: false, time: this.clock.sessionAt(when), pitch });
  }

  private endSustained(pitch: number | null, when: number): void {
    for (const held of [...this.sustained]) {
      if (pitch !== null && held.pitch !== pitch) continue;
      this.sustained.delete(held);
      this.end(held, when);
    }
  }

  strike(_key: string, velocity: number, when: number): void {
    if (!this.open || !this.on) return;
    this.say({ type: "tap", time: this.clock.sessionAt(when), velocity });
    const id = `mine ${this.count++}`;
    this.marks.begin(id, null, velocity, when, THERAPIST);
    this.marks.end(id, when + TAP_SHOWN);
  }

  pedal(down: boolean, when: number): void {
    this.down = down;
    if (!down) this.endSustained(null, when);
  }

  letGoAll(when: number): void {
    this.down = false;
    for (const key of [...this.pressed.keys()]) this.letGo(key, when);
    this.endSustained(null, when);
  }
}
