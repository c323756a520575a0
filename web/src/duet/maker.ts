/**
 * What the maker does at this page: each press sounds here at once, is drawn, and is told to the server
 * with the session's time. Nothing waits for anything.
 */

import type { Instrument, Own, Timbre } from "../sound/instrument";
import type { SessionClock } from "./clock";
import type { Marks } from "./marks";
import { type Input, type Numbered, THERAPIST } from "./protocol";
import type { Who, Whose } from "./view";

const TAP_SHOWN = 140; // ms
const SUSTAIN = 64; // MIDI controller
const UNKNOWN = 64; // velocity of a stroke whose force is not known
const ASIDE = 0.4; // how far to their own side each of two sounds

export class Maker {
  private readonly pressed = new Map<string, { pitch: number; who: Who }>();
  private readonly own = new Map<Who, Own>(); // how each of two sounds
  private readonly fromBeside = new Set<number>(); // pitches that a therapist holds
  private alongside: Own = { timbre: "marimba", place: ASIDE }; // how a therapist sounds
  private taps = 0;
  private timbre: Timbre = "piano";

  constructor(
    private readonly sound: Instrument,
    private readonly clock: SessionClock,
    private readonly marks: Marks,
    private readonly tell: (input: Input) => void,
  ) {}

  setTimbre(timbre: Timbre): void {
    this.timbre = timbre;
  }

  /** What each of two plays with, side by side. */
  setTimbres(left: Timbre, right: Timbre): void {
    this.alongside = { timbre: right, place: ASIDE };
    this.own.set("left", { timbre: left, place: -ASIDE });
    this.own.set("right", { timbre: right, place: ASIDE });
  }

  /** How one of several sounds, by the name in the log; undefined for whoever plays alone. */
  ownOf(maker: string): Own | undefined {
    return maker === THERAPIST ? this.alongside : this.own.get(maker as Who);
  }

  press(key: string, pitch: number, velocity: number, when: number, who: Who = "you"): void {
    const own = this.own.get(who);
    if ((own?.timbre ?? this.timbre) === "drum") return this.stroke(key, pitch, velocity, when, who);
    if (this.pressed.has(key)) this.letGo(key, when);
    this.sound.makerOn(key, pitch, velocity, own);
    this.pressed.set(key, { pitch, who });
    this.tell({ type: "note", on: true, time: this.clock.sessionAt(when), pitch, velocity, maker: who });
    this.marks.begin(key, pitch, velocity, when, who);
  }

  letGo(key: string, when: number): void {
    const held = this.pressed.get(key);
    if (held === undefined) return;
    const { pitch, who } = held;
    this.pressed.delete(key);
    this.sound.makerOff(key);
    this.marks.end(key, when);
    // two keys of one maker may hold one pitch: it ends with the last of them
    if (![...this.pressed.values()].some((other) => other.pitch === pitch && other.who === who)) {
      this.tell({ type: "note", on: false, time: this.clock.sessionAt(when), pitch, maker: who });
    }
  }

  /** On a drum a key is a place on the skin, not a note: the partner hears a stroke. */
  private stroke(key: string, pitch: number, velocity: number, when: number, who: Who): void {
    this.letGo(key, when);
    this.sound.makerOn(key, pitch, velocity, this.own.get(who));
    this.struck(velocity, when, who);
  }

  strike(key: string, velocity: number, when: number, who: Who): void {
    this.sound.makerTap(key, velocity, this.own.get(who));
    this.struck(velocity, when, who);
  }

  private struck(velocity: number, when: number, who: Who): void {
    this.tell({ type: "tap", time: this.clock.sessionAt(when), velocity, maker: who });
    this.pebble(velocity, when, who);
  }

  pedal(down: boolean, when: number, who: Who): void {
    this.sound.makerPedal(down);
    const value = down ? 127 : 0;
    this.tell({ type: "control", time: this.clock.sessionAt(when), control: SUSTAIN, value, maker: who });
  }

  letGoAll(when: number): void {
    for (const key of [...this.pressed.keys()]) this.letGo(key, when);
    this.sound.makerOffAll();
  }

  /** Another page plays: its notes are shown here, and do not sound. */
  watched(event: Numbered, now: number): void {
    if (event.type === "tap") this.pebble(event.velocity ?? UNKNOWN, now, whose(event.maker));
    else if (event.type === "note") {
      const id = watchedId(event.maker, event.pitch);
      if (event.on) this.marks.begin(id, event.pitch, event.velocity, now, whose(event.maker));
      else this.marks.end(id, now);
    }
  }

  /**
   * A therapist plays along from a page of their own. It sounds here and not there: both pages are on one
   * machine, so from both it would sound twice, and here is the one ceiling and the one measure of how loud
   * it is. It sounds as another maker would who sits at this page. `aloud`: whether it sounds at all.
   */
  beside(event: Numbered, now: number, aloud: boolean): void {
    this.watched(event, now);
    if (event.type === "tap" && aloud) this.sound.makerTap("beside", event.velocity ?? UNKNOWN, this.alongside);
    if (event.type !== "note") return;
    if (!event.on) this.endBeside(event.pitch);
    else if (aloud) {
      this.fromBeside.add(event.pitch);
      this.sound.makerOn(`beside ${event.pitch}`, event.pitch, event.velocity, this.alongside);
    }
  }

  private endBeside(pitch: number): void {
    if (this.fromBeside.delete(pitch)) this.sound.makerOff(`beside ${pitch}`);
  }

  /** Whatever a therapist held has ended. */
  besideGone(now: number): void {
    for (const pitch of [...this.fromBeside]) {
      this.endBeside(pitch);
      this.marks.end(watchedId(THERAPIST, pitch), now);
    }
  }

  private pebble(velocity: number, when: number, who: Whose): void {
    const id = `tap ${this.taps++}`;
    this.marks.begin(id, null, velocity, when, who);
    this.marks.end(id, when + TAP_SHOWN);
  }
}

function watchedId(maker: string, pitch: number): string {
  return `watched ${maker} ${pitch}`;
}

/** Makers of other names, as other clients may give them, are drawn as one who plays alone. */
export function whose(maker: string): Whose {
  return maker === "left" || maker === "right" || maker === THERAPIST ? maker : "you";
}
