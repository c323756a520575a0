/**
 * The breathing opener as it goes on: which breath is shown and sounded, the finding of a person's own
 * pace, what is said aloud, and when it leads on by itself. Pure: every time is given, in seconds.
 */

import { begin, type Breath, ease, goesIn, phaseAt, turn, wait } from "./breath";
import { enough, type Found, NOTHING, own, press } from "./finding";
import { periodOf, type Remembered } from "./remembered";

const ARRIVE = 1.5; // seconds before the first in-breath
const SAID = 2; // breaths of which in and out are told to those who listen to the page

export class Opener {
  breath: Breath;
  private found: Found | null = null; // while their own pace is looked for
  private told: string | null = null;
  private readonly began: number;

  constructor(
    private remembered: Remembered,
    now: number,
  ) {
    this.began = now;
    this.breath = begin(now + ARRIVE, periodOf(remembered));
  }

  get finding(): boolean {
    return this.found !== null;
  }

  get choice(): Remembered {
    return this.remembered;
  }

  /** A pace or a length was chosen. Their own pace is found anew each time that it is asked for. */
  choose(part: Partial<Pick<Remembered, "pace" | "minutes">>, now: number): void {
    this.remembered = { ...this.remembered, ...part };
    if (part.pace === undefined) return;
    const waited = this.finding;
    this.found = part.pace === "mine" ? NOTHING : null;
    if (this.found !== null) this.breath = wait(periodOf(this.remembered));
    else if (waited) this.breath = begin(now, periodOf(this.remembered));
    else this.breath = turn(this.breath, now, periodOf(this.remembered));
  }

  /**
   * A press while their own pace is looked for: an in-breath begins. The swell is theirs from the second
   * one on; after the fourth it eases into the range.
   */
  inBreath(now: number): void {
    if (this.found === null) return;
    this.found = press(this.found, now);
    const theirs = own(this.found);
    if (theirs === null) return;
    if (!enough(this.found)) this.breath = begin(now, theirs);
    else {
      this.breath = ease(now, theirs);
      this.remembered = { ...this.remembered, own: theirs };
      this.found = null;
    }
  }

  /** Whether the breath goes in at this moment; null while there is none. */
  goesIn(now: number): boolean | null {
    return now < this.breath.at ? null : goesIn(this.breath, now);
  }

  /** What is to be told now, once: in and out of the first two breaths, and nothing after. */
  tell(now: number): "in" | "out" | null {
    const inwards = this.goesIn(now);
    if (inwards === null || phaseAt(this.breath, now) >= SAID) return null;
    const word = inwards ? "in" : "out";
    if (word === this.told) return null;
    this.told = word;
    return word;
  }

  /** Whether it is time to lead on; not while their own pace is looked for, nor within a breath. */
  over(now: number): boolean {
    if (this.finding || now - this.began < this.remembered.minutes * 60) return false;
    return this.goesIn(now) === false;
  }
}
