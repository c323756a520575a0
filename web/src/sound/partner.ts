/** The partner's notes: waiting for their frame, sounding, fading; every time is a frame. */

import type { SpessaSynthProcessor } from "spessasynth_core";
import type { Sounded, Voice } from "./instrument";
import { attack, trim, type Levels } from "./levels";
import { Part, QUANTUM, type Slot } from "./part";
import { Recede } from "./recede";
import { PARTS, soundOf, VOICES } from "./voices";

export interface PartnerNoteAt {
  readonly id: number;
  readonly voice: Voice;
  readonly pitch: number;
  readonly velocity: number;
  readonly at: number; // frame of its attack
  readonly frames: number; // the longest it may sound
  readonly planned: boolean;
  readonly timbre: number;
}

interface Waiting {
  readonly note: PartnerNoteAt;
  readonly begin: number; // frame
  readonly heard: number;
  readonly late: boolean;
  fade: { from: number; to: number } | null; // a release told before it begins
}

const TOO_LATE = 0.08; // seconds after its stamp from which a planned note is left out,
const FAR_TOO_LATE = 0.3; // and a reactive one, which answers a note that was heard just now
const SOFTER = 0.63; // -4 dB, for a note that is late
const BUNCHED = 0.06; // seconds: late notes of one part nearer than this would fall on each other
const SHORTEST_FADE = 0.005; // seconds; anything shorter clicks
const RETRACTED = 0.03; // seconds in which a note fades that has begun and is retracted
const LONGEST_LEAD = 0.18; // seconds

export class Partner {
  private readonly parts: Readonly<Record<Voice, Part>>;
  private readonly waiting: Waiting[] = []; // by their beginning
  private readonly recede: Recede;
  private readonly recedingL = new Float32Array(QUANTUM);
  private readonly recedingR = new Float32Array(QUANTUM);
  private even = false; // for measuring: nothing beneath the maker
  private readonly lastLate = new Map<Voice, { at: number; begun: number }>();

  constructor(
    bank: SpessaSynthProcessor,
    firstChannel: number,
    private readonly levels: Levels,
    private readonly sampleRate: number,
    private readonly sounded: (report: Sounded) => void,
  ) {
    this.recede = new Recede(sampleRate);
    let channel = firstChannel;
    const part = (voice: Voice) => {
      const made = new Part(voice, bank, channel);
      channel += Part.channels(voice);
      return made;
    };
    this.parts = {
      bass: part("bass"),
      chords: part("chords"),
      melody: part("melody"),
      percussion: part("percussion"),
    };
  }

  /** For measuring only: each note exactly as loud as a maker's, whatever that one plays. */
  plain(): void {
    this.even = true;
  }

  static channels(): number {
    return VOICES.reduce((sum, voice) => sum + Part.channels(voice), 0);
  }

  /** Where each of its channels is to be rendered. */
  outputs(): Float32Array[][] {
    const sampled = this.slots().filter((slot) => slot.drum === null);
    return sampled.map((slot) => [slot.left, slot.right]);
  }

  prepare(): void {
    for (const voice of VOICES) this.parts[voice].prepare();
  }

  private slots(): Slot[] {
    return VOICES.flatMap((voice) => this.parts[voice].slots);
  }

  get sounding(): number {
    return this.slots().filter((slot) => slot.active).length + this.waiting.length;
  }

  /** The frame before which nothing new of the partner's begins. */
  get next(): number {
    return this.waiting[0]?.begin ?? Infinity;
  }

  play(note: PartnerNoteAt, now: number): void {
    if (this.knows(note.id)) return;
    const late = note.at < now;
    if (late && !this.bearable(note, now)) {
      this.sounded({ who: "partner", id: note.id, heard: now, wanted: note.at, begun: -1, late: true });
      return;
    }
    const sound = soundOf(note.voice, note.pitch, note.timbre);
    const speaks = Math.min(LONGEST_LEAD, attack(this.levels, sound, note.pitch));
    const lead = note.planned ? Math.round(speaks * this.sampleRate) : 0;
    const begin = Math.max(now, note.at - lead);
    const place = this.waiting.findIndex((other) => other.begin > begin);
    const entry: Waiting = { note, begin, heard: now, late, fade: null };
    this.waiting.splice(place < 0 ? this.waiting.length : place, 0, entry);
  }

  /** Whether a late note may still sound: not long after its time, nor on top of another late one. */
  private bearable(note: PartnerNoteAt, now: number): boolean {
    if (now - note.at > (note.planned ? TOO_LATE : FAR_TOO_LATE) * this.sampleRate) return false;
    const last = this.lastLate.get(note.voice);
    const near = BUNCHED * this.sampleRate;
    if (last !== undefined && last.at !== note.at && now - last.begun < near) return false;
    this.lastLate.set(note.voice, { at: note.at, begun: now });
    return true;
  }

  retract(id: number, now: number): void {
    this.forget(id);
    const slot = this.slot(id);
    if (slot !== null) this.fall(slot, now, now, now + RETRACTED * this.sampleRate);
  }

  release(id: number, at: number, over: number, now: number): void {
    const entry = this.waiting.find((waiting) => waiting.note.id === id);
    if (entry !== undefined) {
      if (at <= Math.max(entry.begin, entry.note.at)) this.forget(id);
      else entry.fade = { from: at - over, to: at };
    }
    const slot = this.slot(id);
    if (slot !== null) this.fall(slot, now, at - over, at);
  }

  silence(over: number, now: number): void {
    this.waiting.length = 0;
    this.lastLate.clear();
    for (const slot of this.slots()) if (slot.active) this.fall(slot, now, now, now + over);
  }

  /** Begin what is due at this frame. */
  begin(frame: number): void {
    while (this.waiting.length > 0 && this.waiting[0]!.begin <= frame) {
      const { note, heard, late, fade } = this.waiting.shift()!;
      const sound = soundOf(note.voice, note.pitch, note.timbre);
      const beneath = this.even ? 1 : Math.pow(10, -PARTS[note.voice].beneath / 20);
      const softer = late && note.planned ? SOFTER : 1;
      const gain = trim(this.levels, sound, note.pitch, note.velocity) * beneath * softer;
      const slot = this.parts[note.voice].begin(note.id, sound, note.pitch, note.velocity, gain, frame);
      const end = note.at + note.frames;
      slot.fade.fall(frame, end, end + PARTS[note.voice].tail * this.sampleRate);
      if (fade !== null) this.fall(slot, frame, fade.from, fade.to);
      this.sounded({ who: "partner", id: note.id, heard, wanted: note.at, begun: frame, late });
    }
  }

  clear(count: number): void {
    for (const voice of VOICES) this.parts[voice].clear(count);
  }

  /** Add what sounds to the output; `mine` are the same frames of the maker's, which it listens to. */
  mix(left: Float32Array, right: Float32Array, mine: readonly [Float32Array, Float32Array], frame: number, count: number): void {
    const { recedingL, recedingR } = this;
    recedingL.fill(0, 0, count);
    recedingR.fill(0, 0, count);
    for (const voice of VOICES) {
      const [toL, toR] = PARTS[voice].recedes ? [recedingL, recedingR] : [left, right];
      this.parts[voice].mix(toL, toR, 0, frame, count);
    }
    const [from, to] = this.even ? [1, 1] : this.recede.hear(mine[0], mine[1], count);
    for (let i = 0; i < count; i++) {
      const gain = from + ((to - from) * i) / count;
      left[i]! += gain * recedingL[i]!;
      right[i]! += gain * recedingR[i]!;
    }
  }

  /** A fade: never so short that it clicks, and never later than one that is already set. */
  private fall(slot: Slot, now: number, from: number, to: number): void {
    const shortest = Math.round(SHORTEST_FADE * this.sampleRate);
    const end = Math.max(Math.round(to), now + shortest);
    if (end < slot.fade.end) slot.fade.fall(now, Math.min(Math.round(from), end - shortest), end);
  }

  private knows(id: number): boolean {
    return this.slot(id) !== null || this.waiting.some((waiting) => waiting.note.id === id);
  }

  private slot(id: number): Slot | null {
    for (const voice of VOICES) {
      for (const slot of this.parts[voice].slots) if (slot.active && slot.id === id) return slot;
    }
    return null;
  }

  private forget(id: number): void {
    const place = this.waiting.findIndex((waiting) => waiting.note.id === id);
    if (place >= 0) this.waiting.splice(place, 1);
  }
}
