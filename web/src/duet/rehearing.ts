/** A kept take, heard again: both voices, on the audio clock, handed over a little ahead. */

import type { Instrument, Voice } from "../sound/instrument";
import type { Marks } from "./marks";

export interface Sound {
  readonly who: "maker" | "partner";
  readonly voice: Voice | null;
  readonly pitch: number | null;
  readonly velocity: number;
  readonly from: number; // seconds of the take
  readonly to: number;
}

interface Clocked extends Instrument {
  contextTimeAt(performanceMs: number): number;
}

const BEFORE = 500; // ms of quiet before the first sound
const AHEAD = 1000; // ms by which sounds are handed over
const EVERY = 250; // ms
const SILENT_WITHIN = 0.15; // seconds, when it is stopped
const FIRST_ID = 1_000_000_000; // far from the numbers of a live partner's notes

export class Rehearing {
  private timer: ReturnType<typeof setInterval> | null = null;
  private over: () => void = () => undefined;

  constructor(
    private readonly sound: Clocked,
    private readonly marks: Marks,
  ) {}

  /**
   * Play a take's sounds, which ascend by `from`; silence before the first of them is left out.
   * Resolves when it is over or was stopped.
   */
  start(sounds: readonly Sound[]): Promise<void> {
    this.stop();
    this.marks.clear();
    const first = sounds[0];
    if (first === undefined) return Promise.resolve();
    const zero = performance.now() + BEFORE - first.from * 1000;
    const end = Math.max(...sounds.map((sound) => sound.to));
    let next = 0;
    const hand = (): void => {
      const until = performance.now() + AHEAD;
      for (let sound = sounds[next]; sound && zero + sound.from * 1000 <= until; sound = sounds[++next]) {
        this.hand(sound, next, zero);
      }
      if (performance.now() > zero + end * 1000) this.stop();
    };
    hand();
    this.timer = setInterval(hand, EVERY);
    return new Promise((resolve) => (this.over = resolve));
  }

  private hand(sound: Sound, number: number, zero: number): void {
    const from = zero + sound.from * 1000;
    const to = zero + sound.to * 1000;
    const at = this.sound.contextTimeAt(from);
    const { pitch, velocity, voice } = sound;
    const id = FIRST_ID + number;
    if (voice !== null && pitch !== null) {
      this.sound.play({ id, voice, pitch, velocity, at, seconds: sound.to - sound.from, planned: true, timbre: 0 });
      this.marks.play({ who: "partner", id: String(id), pitch, velocity, voice, from, to, planned: true });
      return;
    }
    const key = `again ${number}`;
    if (pitch === null) this.sound.makerAgain(at, { type: "tap", key, velocity });
    else {
      this.sound.makerAgain(at, { type: "on", key, pitch, velocity });
      this.sound.makerAgain(this.sound.contextTimeAt(to), { type: "off", key });
    }
    this.marks.play({ who: "maker", id: key, pitch, velocity, voice: null, from, to, planned: false });
  }

  /** Fall silent. */
  stop(): void {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.sound.makerOffAll();
    this.sound.silence(SILENT_WITHIN);
    this.over();
  }
}
