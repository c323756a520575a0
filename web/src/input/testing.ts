/** What the tests of the hands share: a duet that only remembers, and chance that repeats itself. */
import type { Who } from "../duet/view";
import type { Out } from "./hands";
import { seeded } from "./oneswitch";

export interface Heard {
  readonly what: "press" | "letGo" | "strike" | "pedal" | "letGoAll";
  readonly key: string;
  readonly value: number;
  readonly when: number;
  readonly who: Who;
}

/** Remembers what it is told, and which presses have not been let go. */
export class Remembering implements Out {
  readonly heard: Heard[] = [];
  readonly pressed = new Map<string, number>();

  press(key: string, pitch: number, velocity: number, when: number, who: Who = "you"): void {
    this.heard.push({ what: "press", key, value: velocity, when, who });
    this.pressed.set(key, pitch);
  }
  letGo(key: string, when: number): void {
    this.heard.push({ what: "letGo", key, value: 0, when, who: "you" });
    this.pressed.delete(key);
  }
  strike(key: string, velocity: number, when: number, who: Who = "you"): void {
    this.heard.push({ what: "strike", key, value: velocity, when, who });
  }
  pedal(down: boolean, when: number, who: Who = "you"): void {
    this.heard.push({ what: "pedal", key: "pedal", value: down ? 127 : 0, when, who });
  }
  letGoAll(when: number): void {
    this.heard.push({ what: "letGoAll", key: "all", value: 0, when, who: "you" });
    this.pressed.clear();
  }
  of(what: Heard["what"]): readonly Heard[] {
    return this.heard.filter((one) => one.what === what);
  }
}

export interface Dice {
  (): number;
  below(n: number): number;
  of<T>(choices: readonly T[]): T;
}

export function dice(seed: number): Dice {
  const chance = seeded(seed);
  const below = (n: number): number => Math.floor(chance() * n);
  return Object.assign(chance, { below, of: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T });
}

/** An event with the fields given; it remembers whether its own effect was prevented. */
export function event<T extends object>(type: string, fields: T): Event & T {
  const made = new Event(type, { cancelable: true });
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(made, name, { value, configurable: true });
  }
  return made as Event & T;
}
