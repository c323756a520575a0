/**
 * The makers' hands: whatever is pressed, by finger, key or switch, becomes a note or a stroke here,
 * according to the way of playing. Each press has a name of its own and is let go under that name. Side by
 * side there are two pairs of hands, and each press says whose it is.
 */
import type { Duet } from "../duet/duet";
import type { Who } from "../duet/view";
import { Walk } from "./oneswitch";
import { PADS, padPitch, padPitches, type ScaleName } from "./scales";
import type { Settings } from "./settings";
import { type Asked, SwitchPress } from "./switchpress";

export type Out = Pick<Duet, "press" | "letGo" | "strike" | "pedal" | "letGoAll">;

/** Keys and fingers have no weight of their own: a gentle, even touch. */
export const GENTLE = 72;

export interface Sounds {
  readonly pitch: number | null; // null for a stroke
  readonly who: Who;
}

export type Held = ReadonlyMap<string, Sounds>; // by the press

/** What a switch asks for besides its notes. */
export interface More {
  /** It has been pressed for half of a long press, or is not any more. */
  nearing(near: boolean): void;
  /** A long press: the person wants the choices. */
  more(): void;
  /** Time has to be let pass (`tick`) up to another moment than before. */
  due(): void;
}

const NO_MORE: More = { nearing: () => {}, more: () => {}, due: () => {} };

/** How a switch is to be pressed, as the person chose it. */
export function asked({ debounce, hold, long, switches }: Settings): Asked {
  return { debounce, hold, long: switches === 2 ? Number.POSITIVE_INFINITY : long };
}

interface Switch {
  readonly press: SwitchPress;
  walk: Walk;
}

export class Hands {
  private velocity = GENTLE; // of the latest contact of a switch
  private readonly pressed = new Map<string, Sounds>();
  private readonly switches: Map<Who, Switch>;

  constructor(
    private readonly out: Out,
    private settings: Settings,
    private readonly changed: (held: Held) => void = () => {},
    private readonly seed = 1,
    private readonly more: More = NO_MORE,
  ) {
    const makers: readonly Who[] = ["you", "left", "right"];
    this.switches = new Map(makers.map((who) => [who, this.newSwitch(who)]));
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
      for (const [who, one] of this.switches) one.walk = this.newWalk(settings.scale, who);
    }
    for (const { press } of this.switches.values()) press.use(asked(settings));
  }

  /** When `tick` has something to do. */
  get due(): number | null {
    const times = [...this.switches.values()].map(({ press }) => press.due);
    return times.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
  }

  /** Lets time pass: a press that trembled is over, or has lasted long. */
  tick(when: number): void {
    for (const { press } of this.switches.values()) press.tick(when);
    this.more.due();
  }

  /** A pad or one of its keys; `octave` is the row above or below. */
  pad(press: string, pad: number, octave: number, velocity: number, when: number, who: Who = "you"): void {
    this.note(press, padPitch(this.settings.scale, pad, octave), velocity, when, who);
  }

  /** A pitch that was touched in the sky. */
  note(press: string, pitch: number, velocity: number, when: number, who: Who = "you"): void {
    const { way } = this.settings;
    if (way === "tap" || way === "switch") this.switch(press, velocity, when, who);
    else this.sound(press, pitch, velocity, when, who);
  }

  /** Any key or touch, where only its time counts. */
  switch(press: string, velocity: number, when: number, who: Who = "you"): void {
    if (this.settings.way === "switch") {
      this.velocity = velocity;
      this.switches.get(who)?.press.down(press, when);
      this.more.due();
      return;
    }
    if (this.pressed.get(press)?.pitch != null) this.out.letGo(press, when);
    this.pressed.set(press, { pitch: null, who });
    this.out.strike(press, velocity, when, who);
    this.changed(this.pressed);
  }

  letGo(press: string, when: number): void {
    if (this.settings.way === "switch") {
      for (const one of this.switches.values()) one.press.up(press, when);
      this.more.due();
      return;
    }
    this.end(press, when);
  }

  private end(press: string, when: number): void {
    const held = this.pressed.get(press);
    if (held === undefined) return;
    this.pressed.delete(press);
    if (held.pitch !== null) this.out.letGo(press, when);
    this.changed(this.pressed);
  }

  letGoAll(when: number): void {
    for (const { press } of this.switches.values()) press.drop(when);
    this.more.due();
    if (this.pressed.size === 0) return;
    this.pressed.clear();
    this.out.letGoAll(when);
    this.changed(this.pressed);
  }

  private sound(press: string, pitch: number, velocity: number, when: number, who: Who): void {
    if (this.settings.way === "voice") return; // a hand that rests on the picture plays nothing
    this.pressed.set(press, { pitch, who });
    this.out.press(press, pitch, velocity, when, who);
    this.changed(this.pressed);
  }

  /** One person's switch: its presses are notes of its own walk; a long one asks for more. */
  private newSwitch(who: Who): Switch {
    const name = `switch ${who}`;
    const over = (when: number): void => {
      one.walk.released(when);
      this.more.nearing(false);
      this.end(name, when);
    };
    const one: Switch = {
      walk: this.newWalk(this.settings.scale, who),
      press: new SwitchPress(
        {
          pressed: (when) => {
            // The right one of two plays an octave higher, so that each can be told by ear and eye.
            const octave = who === "right" ? 1 : 0;
            const pitch = padPitch(this.settings.scale, one.walk.next(when), octave);
            this.sound(name, pitch, this.velocity, when, who);
          },
          released: over,
          nearing: () => this.more.nearing(true),
          long: (when) => {
            over(when);
            this.more.more();
          },
        },
        asked(this.settings),
      ),
    };
    return one;
  }

  /** The walk knows which pads are home: the first, and every octave of it. Each of two has their own. */
  private newWalk(scale: ScaleName, who: Who): Walk {
    const pitches = padPitches(scale);
    const home = pitches[0] ?? 0;
    const homes = Array.from({ length: PADS }, (_, pad) => pad).filter(
      (pad) => ((pitches[pad] ?? 0) - home) % 12 === 0,
    );
    return new Walk(who === "right" ? this.seed + 1 : this.seed, homes);
  }
}
