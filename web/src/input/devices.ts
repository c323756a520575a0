/**
 * Where MIDI devices play: straight to the duet, each to its own maker where two play side by side; as
 * switches where any key is one; and, while choices are gone through, to the scan.
 */
import type { Duet } from "../duet/duet";
import type { Who } from "../duet/view";
import type { MidiOut } from "./midi";
import type { Settings } from "./settings";

const SUSTAIN = 64;

/** Something that takes presses of which only the time counts. */
export interface Receiver {
  down(press: string, velocity: number, when: number, who: Who, second: boolean): void;
  up(press: string, when: number): void;
}

type To = Pick<Duet, "press" | "letGo" | "strike" | "pedal" | "midiConnected" | "midiGone">;

const FOOT = 80; // velocity of a foot switch, which has none of its own

export class Devices implements MidiOut {
  private readonly receivers: Receiver[] = [];
  private readonly given = new Map<string, Receiver>(); // who got a press gets its release

  constructor(
    private readonly duet: To,
    private readonly settings: () => Settings,
  ) {}

  /** The latest receiver gets what is pressed, until the returned function is called. */
  attach(receiver: Receiver): () => void {
    this.receivers.push(receiver);
    return () => {
      this.receivers.splice(this.receivers.indexOf(receiver), 1);
    };
  }

  press(key: string, pitch: number, velocity: number, when: number, device: number): void {
    if (!this.asSwitch(key, velocity, when, device, false)) {
      this.duet.press(key, pitch, velocity, when, this.who(device));
    }
  }

  letGo(key: string, when: number): void {
    const receiver = this.given.get(key);
    if (receiver === undefined) return this.duet.letGo(key, when);
    this.given.delete(key);
    receiver.up(key, when);
  }

  strike(key: string, velocity: number, when: number, device: number): void {
    // A drum pad tells of no release: it is struck and let go.
    if (this.asSwitch(key, velocity, when, device, false)) this.letGo(key, when);
    else this.duet.strike(key, velocity, when, this.who(device));
  }

  foot(key: string, controller: number, down: boolean, when: number, device: number): void {
    if (!down && this.given.has(key)) return this.letGo(key, when);
    if (down && this.asSwitch(key, FOOT, when, device, controller > SUSTAIN)) return;
    if (controller === SUSTAIN) this.duet.pedal(down, when, this.who(device));
  }

  midiConnected(names: readonly string[]): void {
    this.duet.midiConnected(names);
  }

  midiGone(): void {
    this.duet.midiGone();
  }

  private who(device: number): Who {
    if (!this.settings().beside) return "you";
    return device % 2 === 0 ? "left" : "right";
  }

  private asSwitch(key: string, velocity: number, when: number, device: number, second: boolean): boolean {
    const { way } = this.settings();
    const receiver = this.receivers.at(-1);
    if (receiver === undefined || (way !== "switch" && way !== "tap")) return false;
    this.given.set(key, receiver);
    receiver.down(key, velocity, when, this.who(device), second);
    return true;
  }
}
