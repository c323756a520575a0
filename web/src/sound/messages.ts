/** What the page and the audio thread tell each other. Times are frames of the audio context. */

import type { Breath } from "../breath/breath";
import type { MakerEvent, Sounded, Timbre } from "./instrument";
import type { PartnerNoteAt } from "./partner";

export type ToWorklet =
  | { readonly type: "bank"; readonly bytes: ArrayBuffer; readonly timbre: Timbre }
  | MakerEvent
  | { readonly type: "again"; readonly at: number; readonly event: MakerEvent }
  | { readonly type: "pedal"; readonly down: boolean }
  | { readonly type: "offAll" }
  | { readonly type: "play"; readonly note: PartnerNoteAt }
  | { readonly type: "retract"; readonly id: number }
  | { readonly type: "release"; readonly id: number; readonly at: number; readonly over: number }
  | { readonly type: "silence"; readonly over: number }
  | { readonly type: "timbre"; readonly timbre: Timbre }
  | { readonly type: "mute"; readonly muted: readonly string[] }
  | { readonly type: "breathe"; readonly ground: number; readonly breath: Breath }
  | { readonly type: "follow"; readonly breath: Breath }
  | { readonly type: "leave" };

export type FromWorklet =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly why: string }
  | { readonly type: "sounded"; readonly report: Sounded }
  | { readonly type: "quiet"; readonly quiet: boolean } // nothing sounds, or something does again
  | { readonly type: "loud"; readonly energy: number; readonly frames: number } // A-weighted mean square
  | { readonly type: "behind" }; // rendering took longer than what it rendered lasts
