/**
 * The maker's hands: whatever is pressed, by finger, key or switch, becomes a note or a stroke here,
 * according to the way of playing. Each press has a name of its own and is let go under that name.
 */
import type { Duet } from "../duet/duet";
import { Debounce, Walk } from "./oneswitch";
import { PADS, padPitch, padPitches, type ScaleName } from "./scales";
import type { Settings } from "./settings";

export type Out = Pick<Duet, "press" | "letGo" | "strike" | "pedal" | "letGoAll">;

/** Keys and fingers have no weight of their own: a gentle, even touch. */
export const GENTLE = 72;

export type Held = ReadonlyMap<string, number | null>; // press -> pitch, null for a stroke

export class Hands {
  private readonly pressed = new Map<string, number | null>();
  private readonly bounce = new Debounce();
  private walk: Walk;

  constructor(
    private readonly out: Out,
    private settings: Settings,
    private readonly changed: (held: Held) => void = () => {},
    private readonly seed = 1,
  ) {
    this.walk = this.newWalk(settings.scale);
  }

  get held(): Held {
    return this.pressed;
  }

  get scale(): ScaleName {
    return this.settings.scale;
  }

  /** Another scale or way of playing: nothing that sounds is left hanging. */
  use(settings: Settings, when: number): void {
    const before = this.settings;
    this.settings = settings;
    if (before.way !== settings.way || before.scale !== settings.scale) {
      this.letGoAll(when);
      this.walk = this.newWalk(settings.scale);
    }
  }

  /** A pad or one of its keys; `octave` is the row above or below. */
  pad(press: string, pad: number, octave: number, velocity: number, when: number): void {
    this.note(press, padPitch(this.settings.scale, pad, octave), velocity, when);
  }

  /** A pitch that was touched in the sky. */
  note(press: string, pitch: number, velocity: number, when: number): void {
    const { way } = this.settings;
    if (way === "tap" || way === "switch") this.switch(press, velocity, when);
    else this.sound(press, pitch, velocity, when);
  }

  /** Any key or touch, where only its time counts. */
  switch(press: string, velocity: number, when: number): void {
    if (this.settings.way === "switch") {
      if (!this.bounce.accepts(when, this.settings.debounce)) return;
      const pitch = padPitch(this.settings.scale, this.walk.next(when));
      this.sound(press, pitch, velocity, when);
      return;
    }
    if (typeof this.pressed.get(press) === "number") this.out.letGo(press, when);
    this.pressed.set(press, null);
    this.out.strike(press, velocity, when);
    this.changed(this.pressed);
  }

  letGo(press: string, when: number): void {
    const pitch = this.pressed.get(press);
    if (pitch === undefined) return;
    this.pressed.delete(press);
    if (pitch !== null) {
      this.out.letGo(press, when);
      if (this.settings.way === "switch") {
        this.walk.released(when);
        this.bounce.released(when);
      }
    }
    this.changed(this.pressed);
  }

  letGoAll(when: number): void {
    if (this.pressed.size === 0) return;
    this.pressed.clear();
    this.out.letGoAll(when);
    this.changed(this.pressed);
  }

  private sound(press: string, pitch: number, velocity: number, when: number): void {
    if (this.settings.way === "voice") return; // a hand that rests on the picture plays nothing
    this.pressed.set(press, pitch);
    this.out.press(press, pitch, velocity, when);
    this.changed(this.pressed);
  }

  /** The walk knows which pads are home: the first, and every octave of it. */
  private newWalk(scale: ScaleName): Walk {
    const pitches = padPitches(scale);
    const home = pitches[0] ?? 0;
    const homes = Array.from({ length: PADS }, (_, pad) => pad).filter(
      (pad) => ((pitches[pad] ?? 0) - home) % 12 === 0,
    );
    return new Walk(this.seed, homes);
  }
}
