/**
 * What can sound: the maker's own notes, at once, and the partner's, exactly when they are stamped.
 * Times are seconds of the audio context's clock: the moment at which a sound reaches its attack.
 */

export type Voice = "bass" | "chords" | "melody" | "percussion";

/** What the maker plays with. */
export type Timbre = Banked | "drum";
export type Banked = "piano" | "marimba" | "kalimba" | "harp" | "flute" | "vibraphone" | "guitar";

export interface PartnerNote {
  readonly id: number;
  readonly voice: Voice;
  readonly pitch: number; // MIDI number
  readonly velocity: number; // 1-127
  readonly at: number; // context time of its attack
  readonly seconds: number; // the longest it may sound
  readonly planned: boolean; // planned notes of slow voices are started early; reactive ones never are
  readonly timbre: number; // which of the voice's sounds
}

/** What became of a note, told by the audio thread in frames of the context. */
export interface Sounded {
  readonly who: "maker" | "partner";
  readonly id: number | string;
  readonly heard: number; // frame at which the audio thread learned of the note
  readonly wanted: number; // frame at which its attack was wanted
  readonly begun: number; // frame at which it began to be rendered; -1 if it was left out
  readonly late: boolean; // too late to sound well: softened or left out
}

/** How one of several makers sounds: a timbre, and a place from -1 (left) to 1 (right). */
export interface Own {
  readonly timbre: Timbre;
  readonly place: number;
}

/** Something a maker did; `own`, where several play: how this one sounds. */
export type MakerEvent =
  | {
      readonly type: "on";
      readonly key: string;
      readonly pitch: number;
      readonly velocity: number;
      readonly own?: Own | undefined;
    }
  | { readonly type: "off"; readonly key: string }
  | { readonly type: "tap"; readonly key: string; readonly velocity: number; readonly own?: Own | undefined };

export interface Instrument {
  /** A note of the maker's begins now. `key` is whatever holds it; the same key again ends the former. */
  makerOn(key: string, pitch: number, velocity: number, own?: Own): void;
  makerOff(key: string): void;
  /** The maker struck something without pitch: a soft drum, now; where that is muted, a short note. */
  makerTap(key: string, velocity: number, own?: Own): void;
  makerPedal(down: boolean): void;
  /** Everything of the maker's ends (blur, a device gone), and nothing told for later sounds. */
  makerOffAll(): void;
  /** What the maker played in a kept take, sounding again at context time `at`. */
  makerAgain(at: number, event: MakerEvent): void;

  play(note: PartnerNote): void;
  /** The note will not sound. */
  retract(id: number): void;
  /** The note is gone at `at`; it fades over the `over` seconds before that. */
  release(id: number, at: number, over: number): void;
  /** Every note of the partner's fades within `over` seconds and nothing planned sounds any more. */
  silence(over: number): void;

  setTimbre(timbre: Timbre): void;
  /** Timbres that are not to be heard, of whomever and whenever it was played. */
  mute(muted: readonly string[]): void;
  /** The person's own volume, 0-1; changes glide at 6 dB a second upwards. */
  setVolume(volume: number): void;
}
