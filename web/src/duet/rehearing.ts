/** A kept take, heard again: both voices, on the audio clock, handed over a little ahead. */

import type { Instrument, Own, Voice } from "../sound/instrument";
import type { Marks } from "./marks";

export interface Sound {
  readonly who: "maker" | "partner";
  readonly maker?: string | null; // whose of several makers it is
  readonly voice: Voice | null;
  readonly pitch: number | null;
  readonly velocity: number;
  readonly from: number; // seconds of the take
  readonly to: number;
}

/** What of a take is heard: between two of its moments, and which of the two voices is left out. */
export interface Part {
  readonly from?: number; // seconds of the take; otherwise the first sound
  readonly until?: number; // otherwise the last one's end
  readonly without?: readonly Sound["who"][];
}

interface Clocked extends Instrument {
  contextTimeAt(performanceMs: number): number;
}

const BEFORE = 500; // ms of quiet before the first sound
const AHEAD = 1000; // ms by which sounds are handed over
const EVERY = 250; // ms
const SOON = 60; // ms in which a voice that was left out is there again
const SILENT_WITHIN = 0.15; // seconds, when it is stopped
const FIRST_ID = 1_000_000_000; // far from the numbers of a live partner's notes

export class Rehearing {
  private timer: ReturnType<typeof setInterval> | null = null;
  private over: () => void = () => undefined;
  private sounds: readonly Sound[] = [];
  private next = 0; // of the sounds, which is to be handed over
  private zero = 0; // the page's clock at the take's beginning, ms
  private handed = 0; // sounds, since the page was opened
  private readonly without = new Set<Sound["who"]>();

  constructor(
    private readonly sound: Clocked,
    private readonly marks: Marks,
    private readonly ownOf: (maker: string) => Own | undefined = () => undefined,
  ) {}

  /** Which moment of the take leaves the loudspeaker now, seconds; null while nothing is heard again. */
  get at(): number | null {
    return this.timer === null ? null : (performance.now() - this.zero) / 1000;
  }

  /**
   * Play a take's sounds, which ascend by `from`, or a part of them; without a part, silence before the
   * first of them is left out. What sounds already where a part begins sounds from there on.
   * Resolves when it is over or was stopped.
   */
  start(sounds: readonly Sound[], part: Part = {}): Promise<void> {
    this.stop();
    this.marks.clear();
    const { from = sounds[0]?.from ?? 0, until = Number.POSITIVE_INFINITY } = part;
    this.sounds = sounds
      .filter((sound) => sound.to > from && sound.from < until)
      .map((sound) => ({ ...sound, from: Math.max(sound.from, from), to: Math.min(sound.to, until) }));
    if (this.sounds.length === 0) return Promise.resolve();
    this.without.clear();
    for (const who of part.without ?? []) this.without.add(who);
    this.zero = performance.now() + BEFORE - from * 1000;
    this.next = 0;
    const last = this.sounds.reduce((latest, sound) => Math.max(latest, sound.to), from);
    const end = Math.min(until, last);
    const hand = (): void => {
      const ahead = performance.now() + AHEAD;
      for (let sound = this.sounds[this.next]; sound && this.pageTime(sound.from) <= ahead; sound = this.sounds[++this.next]) {
        this.hand(sound, sound.from);
      }
      if (performance.now() > this.pageTime(end)) this.stop();
    };
    hand();
    this.timer = setInterval(hand, EVERY);
    return new Promise((resolve) => (this.over = resolve));
  }

  /** One of the two voices is left out from now on, or is there again; the other goes on. */
  leaveOut(who: Sound["who"], out: boolean): void {
    if (out === this.without.has(who)) return;
    if (out) this.without.add(who);
    else this.without.delete(who);
    if (this.timer === null) return;
    if (out && who === "maker") this.sound.makerOffAll();
    else if (out) this.sound.silence(SILENT_WITHIN);
    else {
      const soon = (performance.now() + SOON - this.zero) / 1000;
      for (const sound of this.sounds.slice(0, this.next)) {
        if (sound.who === who && sound.to > soon) this.hand(sound, Math.max(sound.from, soon));
      }
    }
  }

  private pageTime(moment: number): number {
    return this.zero + moment * 1000;
  }

  private hand(sound: Sound, begins: number): void {
    if (this.without.has(sound.who)) return;
    const [from, to] = [this.pageTime(begins), this.pageTime(sound.to)];
    const at = this.sound.contextTimeAt(from);
    const { pitch, velocity, voice } = sound;
    const number = this.handed++;
    const id = FIRST_ID + number;
    if (voice !== null && pitch !== null) {
      this.sound.play({ id, voice, pitch, velocity, at, seconds: sound.to - begins, planned: true, timbre: 0 });
      this.marks.play({ who: "partner", id: String(id), pitch, velocity, voice, from, to, planned: true });
      return;
    }
    const key = `again ${number}`;
    const own = this.ownOf(sound.maker ?? "");
    if (pitch === null) this.sound.makerAgain(at, { type: "tap", key, velocity, own });
    else {
      this.sound.makerAgain(at, { type: "on", key, pitch, velocity, own });
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
