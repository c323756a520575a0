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

/** What a therapist does from a page beside the one that plays; none of it is numbered. */
export type FromBeside =
  | { type: "note"; on: true; time: number; pitch: number; velocity: number }
  | { type: "note"; on: false; time: number; pitch: number }
  | { type: "tap"; time: number; velocity: number }
  | { type: "steer"; what: "begin" | Wish }
  | { type: "steer"; what: "technique"; technique: string | null }
  | { type: "rest" }
  | { type: "finish" }
  | { type: "limit"; seconds: number | null }
  | { type: "mark"; at: number };

export type FromPage =
  | { type: "hello"; protocol: number; tab: string; take_over: boolean; therapist: boolean }
  | FromBeside
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
  role: "player" | "viewer" | "therapist";
  take: { id: string } | null;
  unanswered: Ended | null;
}

export interface Ended {
  id: string;
  seconds: number;
  notes: number;
}

/** What is heard now, for a therapist. Names of makers as in the log. */
export interface Heard {
  type: "hearing";
  now: number;
  pulse: { bpm: number; confidence: number } | null;
  tonality: { tonic: number; mode: string; confidence: number } | null;
  state: Readonly<Record<string, { name: string; because: string }>>;
  phrase: Readonly<Record<string, { going: boolean; at: number }>>;
  leading: { who: string; because: "asked" } | { who: string; because: "began"; times: number; of: number } | null;
  asked: { tempo: "lead" | "follow" | null; only: string | null; softer: number };
  resting: "maker" | "beside" | null; // who asked for silence, where it lasts
  finishing: boolean;
  limit: number | null; // seconds of the session at which the take comes to its close
  longest: number | null; // and beyond which it never lasts, by what was said at intake
  player: boolean; // whether somebody is at the page that plays
}

/** A moment that a therapist marked. */
export interface Marked {
  id: string;
  at: number; // seconds of the take
  text: string | null;
}

export type FromServer =
  | Heard
  | { type: "marked"; take: string; mark: Marked }
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
  | { type: "ended"; take: string; seconds: number; notes: number }
  | { type: "withdrawn" }
  | { type: "nobody" };

/** The maker's name of whoever sits beside the others. */
export const THERAPIST = "therapist";

/** Codes with which the server closes the socket. */
export const STRANGER = 4401; // it does not know this page
export const MOVED = 4410; // somebody else is in the room now
export const STALE = 4409; // it speaks another version of the protocol
export const LOCKED = 4423; // close code: all is locked
