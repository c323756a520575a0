/**
 * Scanning: the choices are gone through one after another, and one press takes the one that is named.
 * Pure: every moment is an argument (ms). After some rounds without a press it goes to sleep, so that
 * nothing ever sounds on for nobody; a press wakes it.
 */

export interface Pace {
  /** How long each choice is offered; 0: only `step` goes on, as with a second switch. */
  readonly each: number;
  /** The first one is offered so much longer: time to find the switch. */
  readonly more: number;
  /** Rounds after which it goes to sleep. */
  readonly rounds: number;
}

export class Scan {
  private index = 0;
  private round = 0;
  private next: number | null;

  constructor(
    private readonly count: number,
    private readonly pace: Pace,
    when: number,
  ) {
    this.next = this.after(when);
  }

  /** Which choice is named now; null while it sleeps. */
  get at(): number | null {
    return this.asleep ? null : this.index;
  }

  get asleep(): boolean {
    return this.count === 0 || this.round >= this.pace.rounds;
  }

  /** When the next choice comes by itself. */
  get due(): number | null {
    return this.asleep ? null : this.next;
  }

  /** Lets time pass; whether another choice is named now, or none any more. */
  tick(when: number): boolean {
    if (this.due === null || this.due > when) return false;
    // A machine that slept skips nothing: the next choice is offered for its whole time.
    this.go(when);
    return true;
  }

  /** On to the next choice, by hand. */
  step(when: number): void {
    if (this.asleep) this.wake(when);
    else this.go(when);
  }

  /** From the first choice again. */
  wake(when: number): void {
    this.index = 0;
    this.round = 0;
    this.next = this.after(when);
  }

  private go(when: number): void {
    this.index += 1;
    if (this.index >= this.count) {
      this.index = 0;
      // By hand it never sleeps: nothing goes on without a press.
      if (this.pace.each > 0) this.round += 1;
    }
    this.next = this.after(when);
  }

  private after(when: number): number | null {
    const { each, more } = this.pace;
    return each === 0 ? null : when + each + (this.index === 0 ? more : 0);
  }
}
