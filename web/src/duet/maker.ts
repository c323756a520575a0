/**
 * What the maker does at this page: each press sounds here at once, is drawn, and is told to the server
 * with the session's time. Nothing waits for anything.
 */

import type { Instrument, Timbre } from "../sound/instrument";
import type { SessionClock } from "./clock";
import type { Marks } from "./marks";
import type { Input, Numbered } from "./protocol";

const TAP_SHOWN = 140; // ms
const SUSTAIN = 64; // MIDI controller

export class Maker {
  private readonly pressed = new Map<string, number>(); // key -> pitch
  private taps = 0;
  private drumming = false;

  constructor(
    private readonly sound: Instrument,
    private readonly clock: SessionClock,
    private readonly marks: Marks,
    private readonly tell: (input: Input) => void,
  ) {}

  setTimbre(timbre: Timbre): void {
    this.drumming = timbre === "drum";
  }

  press(key: string, pitch: number, velocity: number, when: number): void {
    if (this.drumming) return this.stroke(key, pitch, velocity, when);
    if (this.pressed.has(key)) this.letGo(key, when);
    this.sound.makerOn(key, pitch, velocity);
    this.pressed.set(key, pitch);
    this.tell({ type: "note", on: true, time: this.clock.sessionAt(when), pitch, velocity });
    this.marks.begin(key, pitch, velocity, when);
  }

  letGo(key: string, when: number): void {
    const pitch = this.pressed.get(key);
    if (pitch === undefined) return;
    this.pressed.delete(key);
    this.sound.makerOff(key);
    this.marks.end(key, when);
    // two keys may hold one pitch: it ends with the last of them
    if (![...this.pressed.values()].includes(pitch)) {
      this.tell({ type: "note", on: false, time: this.clock.sessionAt(when), pitch });
    }
  }

  /** On a drum a key is a place on the skin, not a note: the partner hears a stroke. */
  private stroke(key: string, pitch: number, velocity: number, when: number): void {
    this.letGo(key, when);
    this.sound.makerOn(key, pitch, velocity);
    this.tell({ type: "tap", time: this.clock.sessionAt(when), velocity });
    this.pebble(velocity, when);
  }

  strike(key: string, velocity: number, when: number): void {
    this.sound.makerTap(key, velocity);
    this.tell({ type: "tap", time: this.clock.sessionAt(when), velocity });
    this.pebble(velocity, when);
  }

  pedal(down: boolean, when: number): void {
    this.sound.makerPedal(down);
    const value = down ? 127 : 0;
    this.tell({ type: "control", time: this.clock.sessionAt(when), control: SUSTAIN, value });
  }

  letGoAll(when: number): void {
    for (const key of [...this.pressed.keys()]) this.letGo(key, when);
    this.sound.makerOffAll();
  }

  /** Another page plays: its notes are shown here, and do not sound. */
  watched(event: Numbered, now: number): void {
    if (event.type === "tap") this.pebble(event.velocity ?? 64, now);
    else if (event.type === "note" && event.on) {
      this.marks.begin(`watched ${event.pitch}`, event.pitch, event.velocity, now);
    } else if (event.type === "note") this.marks.end(`watched ${event.pitch}`, now);
  }

  private pebble(velocity: number, when: number): void {
    const id = `tap ${this.taps++}`;
    this.marks.begin(id, null, velocity, when);
    this.marks.end(id, when + TAP_SHOWN);
  }
}
