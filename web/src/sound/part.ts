/** What one part of the partner plays with: a few slots, each of which holds one note. */

import type { SpessaSynthProcessor } from "spessasynth_core";
import { Fade } from "./fade";
import { DrumStroke } from "./frame-drum";
import type { Voice } from "./instrument";
import { PARTS, placeOf, program, type Sound, soundOf } from "./voices";

export const QUANTUM = 128; // the most frames rendered at once
const SPARE = 2; // slots in which an older note may fade away for a new one
const AWAY = 0.012; // seconds in which it does

export interface Slot {
  readonly index: number;
  readonly channel: number; // of the bank's synthesiser; -1 for the drum
  readonly drum: DrumStroke | null;
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly fade: Fade;
  sound: Sound | null; // what its channel is set to
  active: boolean;
  id: number;
  since: number; // frame
}

export class Part {
  readonly slots: readonly Slot[];
  private struck = 0; // strokes of a drum so far
  private readonly notes: number;
  private readonly away: number;

  constructor(
    readonly voice: Voice,
    private readonly bank: SpessaSynthProcessor,
    firstChannel: number,
  ) {
    this.notes = PARTS[voice].notes;
    this.away = Math.round(AWAY * bank.sampleRate);
    this.slots = Array.from({ length: this.notes + SPARE }, (_, index) => {
      const left = new Float32Array(QUANTUM);
      const drum = voice === "percussion" ? new DrumStroke(bank.sampleRate) : null;
      return {
        index,
        channel: drum === null ? firstChannel + index : -1,
        drum,
        left,
        right: drum === null ? new Float32Array(QUANTUM) : left, // a drum stands in the middle
        fade: new Fade(),
        sound: null,
        active: false,
        id: -1,
        since: 0,
      };
    });
  }

  static channels(voice: Voice): number {
    return voice === "percussion" ? 0 : PARTS[voice].notes + SPARE;
  }

  /** Its preset, on each of its channels; whatever sounded there is gone. */
  prepare(): void {
    for (const slot of this.slots) {
      this.stop(slot);
      this.set(slot, soundOf(this.voice, 0, 0));
    }
  }

  private set(slot: Slot, sound: Sound): void {
    if (slot.drum === null && slot.sound !== sound) this.bank.programChange(slot.channel, program(sound));
    slot.sound = sound;
  }

  begin(id: number, sound: Sound, pitch: number, velocity: number, gain: number, frame: number): Slot {
    const slot = this.free(frame);
    this.set(slot, sound);
    slot.active = true;
    slot.id = id;
    slot.since = frame;
    slot.fade.reset(gain);
    if (slot.drum === null) this.bank.noteOn(slot.channel, pitch, velocity);
    else slot.drum.strike(placeOf(pitch), velocity, this.struck++);
    return slot;
  }

  /** A slot for a new note; when all the notes there may be sound, the oldest makes way. */
  private free(frame: number): Slot {
    let held = 0;
    let oldest: Slot | null = null;
    let empty: Slot | null = null;
    let fading: Slot | null = null; // the one nearest to its end
    for (const slot of this.slots) {
      if (!slot.active) empty ??= slot;
      else if (slot.fade.end - frame <= this.away) {
        if (fading === null || slot.fade.end < fading.fade.end) fading = slot;
      } else {
        held++;
        if (oldest === null || slot.since < oldest.since) oldest = slot;
      }
    }
    if (held >= this.notes && oldest !== null) oldest.fade.fall(frame, frame, frame + this.away);
    const chosen = empty ?? fading ?? oldest ?? this.slots[0]!;
    if (chosen.active) this.stop(chosen);
    return chosen;
  }

  /** Add what sounds to the output; notes that have ended leave their slot. */
  mix(left: Float32Array, right: Float32Array, offset: number, frame: number, count: number): void {
    for (const slot of this.slots) {
      if (!slot.active) continue;
      if (slot.drum !== null) slot.drum.render(slot.left, count);
      slot.fade.mix(slot.left, left, offset, frame, count);
      slot.fade.mix(slot.right, right, offset, frame, count);
      const over = slot.drum === null ? this.bank.midiChannels[slot.channel]!.voiceCount === 0 : !slot.drum.active;
      if (over || slot.fade.end <= frame + count) this.stop(slot);
    }
  }

  clear(count: number): void {
    for (const slot of this.slots) {
      if (!slot.active || slot.drum !== null) continue;
      slot.left.fill(0, 0, count);
      slot.right.fill(0, 0, count);
    }
  }

  private stop(slot: Slot): void {
    slot.active = false;
    slot.id = -1;
    if (slot.drum === null) this.bank.midiChannels[slot.channel]!.stopAllNotes(true);
    else slot.drum.stop();
  }
}
