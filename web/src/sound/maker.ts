/** The maker's own notes: each begins with the next frame rendered, and rings as its sound rings. */

import { KeyModifier, MIDIControllers, type SpessaSynthProcessor } from "spessasynth_core";
import { DrumStroke } from "./frame-drum";
import type { Own, Sounded, Timbre } from "./instrument";
import { trim, type Levels } from "./levels";
import { QUANTUM } from "./part";
import { BANKED, MIDDLE, placeOf, program, RIM } from "./voices";

interface Held {
  readonly channel: number;
  readonly pitch: number;
}

interface Stroke {
  readonly drum: DrumStroke;
  gain: number;
  place: number; // -1 left, 1 right
}

const MOST_HELD = 16; // keys; the one held longest ends for one more
const STROKES = 6;
const TAPPED = 60; // a C: whoever only taps is answered in C
const SOFTER = 0.7; // of a tap's velocity
const TAP_LASTS = 0.25; // seconds

export class Maker {
  private readonly held = new Map<string, Held>(); // in the order in which they were pressed
  private readonly gains = BANKED.map(() => new Map<number, KeyModifier>());
  private readonly strokes: Stroke[];
  private readonly scratch = new Float32Array(QUANTUM);
  private readonly places = BANKED.map(() => 0);
  private timbre: Timbre = "piano";
  private struck = 0; // strokes so far
  private drumless = false;

  constructor(
    private readonly bank: SpessaSynthProcessor,
    private readonly levels: Levels,
    private readonly sounded: (report: Sounded) => void,
  ) {
    this.strokes = Array.from({ length: STROKES }, () => ({ drum: new DrumStroke(bank.sampleRate), gain: 0, place: 0 }));
  }

  /** One channel for each timbre, so that what is held goes on as it was when another is chosen. */
  static channels(): number {
    return BANKED.length;
  }

  prepare(): void {
    BANKED.forEach((timbre, channel) => this.bank.programChange(channel, program(timbre)));
  }

  setTimbre(timbre: Timbre): void {
    this.timbre = timbre;
  }

  mute(muted: readonly string[]): void {
    this.drumless = muted.includes("drum");
  }

  on(key: string, pitch: number, velocity: number, now: number, own?: Own): void {
    this.off(key);
    const timbre = own?.timbre ?? this.timbre;
    if (timbre === "drum") return this.strike(key, pitch, velocity, now, own?.place);
    if (this.held.size >= MOST_HELD) this.off(this.held.keys().next().value!);
    const channel = BANKED.indexOf(timbre);
    this.gain(channel, pitch).gain = trim(this.levels, timbre, pitch, velocity);
    this.stand(channel, own?.place ?? 0);
    this.bank.noteOn(channel, pitch, velocity);
    this.held.set(key, { channel, pitch });
    this.sounded({ who: "maker", id: key, heard: now, wanted: now, begun: now, late: false });
  }

  off(key: string): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    this.held.delete(key);
    this.bank.noteOff(held.channel, held.pitch);
  }

  /** Where a timbre sounds from: of two makers, each on their own side. */
  private stand(channel: number, place: number): void {
    if (this.places[channel] === place) return;
    this.places[channel] = place;
    this.bank.controllerChange(channel, MIDIControllers.pan, Math.round(64 + 63 * place));
  }

  /**
   * The drum's middle; of two, the right one has its rim. Where the drum is muted, a short, soft note of
   * what the maker plays with: it ends at the frame that is returned.
   */
  tap(key: string, velocity: number, now: number, own?: Own): number | null {
    if (this.drumless) {
      this.on(key, TAPPED, Math.max(1, Math.round(SOFTER * velocity)), now, own);
      return now + Math.round(TAP_LASTS * this.bank.sampleRate);
    }
    this.strike(key, own !== undefined && own.place > 0 ? RIM : MIDDLE, velocity, now, own?.place);
    return null;
  }

  /** The drum rings as it rings: letting go of a key does not end a stroke. */
  private strike(key: string, pitch: number, velocity: number, now: number, place = 0): void {
    const stroke = this.strokes[this.struck % STROKES]!;
    stroke.gain = trim(this.levels, pitch === RIM ? "rim" : "drum", pitch, velocity);
    stroke.place = place;
    stroke.drum.strike(placeOf(pitch), velocity, this.struck++);
    this.sounded({ who: "maker", id: key, heard: now, wanted: now, begun: now, late: false });
  }

  pedal(down: boolean): void {
    BANKED.forEach((_, channel) => {
      this.bank.controllerChange(channel, MIDIControllers.sustainPedal, down ? 127 : 0);
    });
  }

  offAll(): void {
    for (const key of [...this.held.keys()]) this.off(key);
    this.pedal(false);
  }

  mix(left: Float32Array, right: Float32Array, offset: number, count: number): void {
    for (const { drum, gain, place } of this.strokes) {
      if (!drum.active) continue;
      drum.render(this.scratch, count);
      for (let i = 0; i < count; i++) {
        const sample = this.scratch[i]! * gain;
        left[offset + i]! += sample * Math.min(1, 1 - place);
        right[offset + i]! += sample * Math.min(1, 1 + place);
      }
    }
  }

  get sounding(): number {
    const ringing = BANKED.map((_, channel) => this.bank.midiChannels[channel]!.voiceCount);
    return ringing.reduce((a, b) => a + b) + this.strokes.filter((stroke) => stroke.drum.active).length;
  }

  private gain(channel: number, pitch: number): KeyModifier {
    const known = this.gains[channel]!.get(pitch);
    if (known !== undefined) return known;
    const made = new KeyModifier();
    this.gains[channel]!.set(pitch, made);
    this.bank.keyModifierManager.addMapping(channel, pitch, made);
    return made;
  }
}
