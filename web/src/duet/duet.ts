import type { Breath } from "../breath/breath";
import type { Sign } from "../care/sign";
import type { Heard } from "../sound/exposure";
import type { Timbre } from "../sound/instrument";
import type { Wish } from "./protocol";
import type { Part, Sound } from "./rehearing";
import type { Mark, View, Who } from "./view";

export interface KeptTake {
  readonly id: string;
  readonly started: string | null; // ISO 8601
  readonly seconds: number;
  readonly notes: number;
  readonly name?: string | null; // that a person gave it
  readonly kept: boolean; // false: not answered yet, erased after a day
  readonly shared?: boolean; // with the therapist here
  readonly outside?: boolean; // given by its player from elsewhere
}

/**
 * One duet between the person at this page and the partner. `when` is always the event's own
 * timeStamp (performance milliseconds). `key` names what holds a note ("KeyA", "touch 3",
 * "midi 2 60", "pad 4"), so that each press is let go by its own release.
 */
export interface Duet {
  readonly view: View;
  /** Svelte's store contract: called at once and at every change; returns how to stop. */
  subscribe(listener: (view: View) => void): () => void;
  /** Everything that sounded or will, from `since` on, by `from`. */
  marks(since: number): readonly Mark[];

  begin(): Promise<void>;
  partnerStarts(): Promise<void>;
  /** A calm beginning: the sound gets ready, and a breath is shown until `begin`. */
  breathe(): Promise<void>;
  /** The drone of that breath; its moments are seconds of the page's clock. */
  drone(ground: number, breath: Breath): void;
  follow(breath: Breath): void;
  press(key: string, pitch: number, velocity: number, when: number, who?: Who): void;
  letGo(key: string, when: number): void;
  strike(key: string, velocity: number, when: number, who?: Who): void;
  pedal(down: boolean, when: number, who?: Who): void;
  letGoAll(when: number): void;

  /** How whoever plays arrived: it goes with the take that begins, or with the one that is there. */
  arrive(sign: Sign): void;
  /** Minutes after which the takes that begin now come to their close by themselves; null: without end. */
  limit(minutes: number | null): void;
  /** Sounds that nobody at this page wants to hear. */
  mute(timbres: readonly string[]): void;

  /** Something is asked of the partner while it plays. */
  wish(what: Wish): void;
  rest(): void;
  comeBack(): void;
  finish(): void;
  keep(): Promise<void>;
  erase(): Promise<void>;
  /** Back to the opening page, for another take. */
  again(): void;
  /** This tab becomes the player; the other one watches. */
  takeOver(): void;

  setTimbre(timbre: Timbre): void;
  /** What each of two plays with, side by side. */
  setTimbres(left: Timbre, right: Timbre): void;
  setVolume(volume: number): void;
  /** Whose sound the microphone's is, from the next take on. */
  nameVoice(maker: string): void;
  /** Seconds by which this person's taps come before a beat, where a sound check measured it. */
  setLead(lead: number | null): void;
  microphoneOn(rate: number): void;
  microphoneSound(samples: Int16Array<ArrayBuffer>, when: number): void;
  microphoneOff(lost: boolean): void;
  /** Called about once a second while something sounds; returns how to stop. */
  onHeard(listener: (heard: Heard) => void): () => void;
  midiConnected(names: readonly string[]): void;
  midiGone(): void;

  takes(): Promise<readonly KeptTake[]>;
  /** A take sounds again; resolves when it is over or was stopped. */
  hear(id: string): Promise<void>;
  /** A part of one sounds, from any of its moments on, either voice left out. */
  hearPart(sounds: readonly Sound[], part: Part): Promise<void>;
  leaveOut(who: Sound["who"], out: boolean): void;
  /** Which moment of the take leaves the loudspeaker now, seconds; null while none is heard again. */
  readonly hearingAt: number | null;
  stopHearing(): void;
  /** Erases a take, kept or not. */
  remove(id: string): Promise<void>;
  keepLater(id: string): Promise<void>;
  /** The address of a take's files: "log.jsonl" or "duet.mid". */
  fileAddress(id: string, file: "log.jsonl" | "duet.mid"): string;
}
