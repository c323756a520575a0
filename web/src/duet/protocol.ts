/** The messages of the live protocol, version 1. docs/protocol.md tells what they mean. */

export const PROTOCOL = 1;

export type Voice = "bass" | "chords" | "melody" | "percussion";

/** What can be asked of the partner while it plays. */
export const WISHES = ["more", "change", "less", "undo", "follow", "lead"] as const;
export type Wish = (typeof WISHES)[number];

/** What a maker does; each gets the next `seq`. Times are seconds of the session. */
export type Input =
  | { type: "note"; on: true; time: number; pitch: number; velocity: number; maker: string }
  | { type: "note"; on: false; time: number; pitch: number; maker: string }
  | { type: "tap"; time: number; velocity: number | null; maker: string }
  | { type: "control"; time: number; control: number; value: number; maker: string }
  | { type: "steer"; time?: number; what: "begin" | "partner_starts" | Wish }
  | { type: "join"; lead: number | null }
  | { type: "rest"; time?: number }
  | { type: "finish"; time?: number };

export type Numbered = Input & { seq: number; time?: number };

export type FromPage =
  | { type: "hello"; protocol: number; tab: string; take_over: boolean }
  | { type: "clock"; sent: number }
  | { type: "resume"; take: string }
  | { type: "microphone"; on: false }
  | { type: "microphone"; on: true; rate: number; maker: string }
  | Numbered;

export interface Play {
  type: "play";
  id: number;
  at: number;
  kind: "planned" | "reactive";
  voice: Voice;
  pitch: number;
  velocity: number;
  seconds: number;
  timbre: number; // which of the voice's sounds, 0 to 2
}

export interface Welcome {
  type: "welcome";
  protocol: number;
  undersong: string;
  role: "player" | "viewer";
  take: { id: string } | null;
  unanswered: Ended | null;
}

export interface Ended {
  id: string;
  seconds: number;
  notes: number;
}

export type FromServer =
  | Welcome
  | Play
  | { type: "stale"; protocol: number }
  | { type: "role"; role: "player" | "viewer" }
  | { type: "began"; take: string; now: number; at: number }
  | { type: "resumed"; take: string; seq: number; now: number; at: number; notes: number; resting: boolean }
  | { type: "clock"; sent: number; now: number | null; at: number }
  | { type: "ack"; seq: number }
  | { type: "refused"; seq: number | null; because: string }
  | { type: "retract"; id: number; at: number }
  | { type: "release"; id: number; at: number; over: number }
  | { type: "chose"; time: number; technique: string; because: string }
  | { type: "together"; time: number; makers: readonly string[]; together: boolean; because: string }
  | { type: "pause"; now: number; at: number; seconds: number }
  | { type: "disk"; well: boolean; because: string }
  | { type: "microphone"; on: boolean; because: string }
  | { type: "maker"; event: Numbered }
  | { type: "ended"; take: string; seconds: number; notes: number };

/** Codes with which the server closes the socket. */
export const STRANGER = 4401; // it does not know this page
export const STALE = 4409; // it speaks another version of the protocol
export const LOCKED = 4423; // close code: all is locked
