/**
 * One switch, from its contacts to what is meant by them. Pure: every moment is an argument (ms), and
 * what waits for time to pass is done by `tick`. A contact that trembles is one press; a press may have
 * to last before it counts; one that lasts long asks for more than a note.
 */

export interface Asked {
  /** A contact that is lost for less than this was not lost. */
  readonly debounce: number;
  /** How long a press has to last before it counts; 0: it counts at once. */
  readonly hold: number;
  /** How long, from when it counts, until it asks for more; Infinity: never. */
  readonly long: number;
}

export interface Meant {
  pressed(when: number): void;
  released(when: number): void;
  /** Half the way to a long press: time to say so. */
  nearing(when: number): void;
  /** It lasted long. Its release is not told any more. */
  long(when: number): void;
}

type State = "up" | "waiting" | "down" | "near" | "spent";

export class SwitchPress {
  private readonly contacts = new Set<string>(); // several keys or fingers are one switch
  private state: State = "up";
  private since = 0; // when the state began that time goes on from
  private lifted: number | null = null; // when the last contact was lost, as long as it may come back

  constructor(
    private readonly meant: Meant,
    private asked: Asked,
  ) {}

  use(asked: Asked): void {
    this.asked = asked;
  }

  down(contact: string, when: number): void {
    this.tick(when);
    this.contacts.add(contact);
    this.lifted = null; // what was lost for so short a time was a tremor
    if (this.state !== "up") return;
    this.state = "waiting";
    this.since = when;
    this.tick(when);
  }

  up(contact: string, when: number): void {
    this.tick(when);
    if (!this.contacts.delete(contact) || this.contacts.size > 0) return;
    if (this.state !== "up") this.lifted = when;
    this.tick(when);
  }

  /** All contacts are gone for good: the window lost the keyboard, or the page turns to something else. */
  drop(when: number): void {
    this.contacts.clear();
    this.lifted = null;
    this.end(when);
  }

  /** When `tick` has something to do, if nothing else happens. */
  get due(): number | null {
    const times: number[] = [];
    if (this.lifted !== null) times.push(this.lifted + this.asked.debounce);
    if (this.state === "waiting") times.push(this.since + this.asked.hold);
    if (this.state === "down") times.push(this.since + this.asked.long / 2);
    if (this.state === "near") times.push(this.since + this.asked.long);
    const next = Math.min(...times);
    return Number.isFinite(next) ? next : null;
  }

  tick(when: number): void {
    for (let due = this.due; due !== null && due <= when; due = this.due) this.pass(due);
  }

  private pass(at: number): void {
    if (this.lifted !== null && this.lifted + this.asked.debounce <= at) {
      this.lifted = null;
      this.end(at);
    } else if (this.state === "waiting") {
      this.state = "down";
      this.since = at;
      this.meant.pressed(at);
    } else if (this.state === "down") {
      this.state = "near";
      this.meant.nearing(at);
    } else if (this.state === "near") {
      this.state = "spent";
      this.meant.long(at);
    }
  }

  private end(when: number): void {
    const { state } = this;
    this.state = "up";
    if (state === "down" || state === "near") this.meant.released(when);
  }
}
