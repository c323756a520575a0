/** What the page shows of the duet. Plain values; the duet tells its subscribers when they change. */

/** Where the person is. */
export type Phase =
  | "opening" // the first page: Begin, I'll start
  | "loading" // behind Begin: sound and connection get ready
  | "breathing" // before playing, for whoever wants it
  | "playing"
  | "resting" // Rest was pressed: the partner is silent until it is asked back
  | "finishing" // the shared close sounds
  | "keep" // "Keep this?"
  | "kept" // answered: kept
  | "gone" // answered: let go
  | "elsewhere"; // another tab plays; this one watches

/** Who of those at this page plays: one alone, or one of two side by side. The maker's name in the log. */
export type Who = "you" | "left" | "right";

/** Whose a note that is drawn can be: theirs, or a therapist's who plays along from beside. */
export type Whose = Who | "therapist";

/** Of two who play, the one whose notes are told apart from the other's by colour and shape. */
export function isOther(by: Whose | undefined): boolean {
  return by === "right" || by === "therapist";
}

/** One plain sentence about something that went wrong; a key of texts/en.json under "trouble". */
export type Trouble =
  | "connection" // the connection is gone; it is being tried again
  | "store" // a take could not be begun: there is no place to store it
  | "closed" // Undersong itself is not running any more, or does not know this page
  | "sound" // sound did not get ready in time
  | "disk" // nothing more can be written; playing goes on
  | "midi-gone" // a MIDI device was pulled out
  | "microphone-lost"; // the microphone was pulled out, or taken away

export interface View {
  readonly phase: Phase;
  readonly trouble: Trouble | null;
  /** What the partner does (a technique's name, as in texts/en.json under "technique") and why. */
  readonly technique: string | null;
  readonly because: string | null;
  /** When the sentence changed, and the maker's last onset: performance.now() milliseconds. */
  readonly saidAt: number;
  readonly lastOnset: number | null;
  /** Eight seconds after Begin nothing has sounded yet: one pad glows. */
  readonly frozen: boolean;
  /** Since when two at this page have moved together, performance milliseconds; null: they do not. */
  readonly together: number | null;
  /** The take that "Keep this?" is about. */
  readonly take: { readonly id: string; readonly seconds: number; readonly notes: number } | null;
  /** A take from a moment ago can be gone on with; Begin does. */
  readonly resumable: boolean;
  /** Latency of the sound's way out, seconds; above .1 it is probably Bluetooth. */
  readonly outputLatency: number | null;
  /** Whether a microphone is open, and what the server says about hearing it (its own sentence). */
  readonly microphone: boolean;
  readonly microphoneSaid: string;
  /** MIDI devices that are heard, by name. */
  readonly midi: readonly string[];
}

/** A note as it is drawn. Times are performance.now() milliseconds, of the audible moment. */
export interface Mark {
  readonly who: "maker" | "partner";
  readonly id: string;
  /** Whose it is, of the makers; the partner's are nobody's. */
  readonly by?: Whose;
  readonly pitch: number | null; // null: struck, without pitch
  readonly velocity: number;
  readonly voice: "bass" | "chords" | "melody" | "percussion" | null; // null: the maker's
  readonly from: number;
  /** When it ended or will end; null while the maker holds it. */
  readonly to: number | null;
  /** Planned by the partner ahead of time: drawn as a dashed outline until it sounds. */
  readonly planned: boolean;
  /** The other one's note that it fell together with, while the two moved together. */
  readonly met?: Mark | undefined;
}
