/** What is known of a kept take, as the server tells it when it is looked back at. */
import type { Sign } from "../care/sign";
import type { Sound } from "../duet/rehearing";

export type Values = readonly (number | null)[];

export interface Took {
  readonly id: string;
  readonly started: string | null; // ISO 8601
  readonly seconds: number;
  readonly notes: number;
  readonly makers: readonly string[];
  readonly kept: boolean;
  readonly name: string | null; // that a person gave it
}

export type Heard = Sound;

export interface Chose {
  readonly time: number;
  readonly technique: string;
  readonly because: string;
}

/** The object of `undersong analyse`, as far as it is drawn. */
export interface Analysis {
  readonly players: readonly string[];
  readonly windows: { readonly start: readonly number[]; readonly length: number; readonly step: number };
  readonly features: Readonly<Record<string, Readonly<Record<string, Values>>>>;
  readonly pair?: { readonly synchrony?: Values; readonly together?: boolean | null } | null;
  /** The role of each player in each feature, at each window. */
  readonly roles?: Readonly<Record<string, Readonly<Record<string, { readonly at: readonly string[] }>>>>;
  readonly coupling?: { readonly software_coupled?: boolean } | null;
}

export interface Moment {
  readonly at: number;
  readonly seconds: number;
  readonly kind: string;
  readonly because: string;
  readonly prompts: readonly string[]; // keys of texts/en.json under "prompt"
}

export interface Note {
  readonly id: string;
  readonly at: number | null;
  readonly text: string | null;
  readonly voice: boolean;
  readonly written: string;
}

export interface Fragment {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

export interface Rating {
  readonly at: number | null;
  readonly by: string;
  readonly autonomy: string | null;
  readonly variability: string | null;
}

export interface About {
  /** Why what was added cannot be read, where it cannot. */
  readonly fault?: string;
  readonly arrived: Sign | null;
  readonly left: Sign | null;
  readonly name: string | null;
  readonly notes: readonly Note[];
  readonly fragments: readonly Fragment[];
  readonly ratings: readonly Rating[];
}

export interface Review {
  readonly take: Took;
  readonly sounds: readonly Heard[];
  readonly chose: readonly Chose[];
  readonly analysis: Analysis | null;
  readonly moments: readonly Moment[];
  readonly summary: readonly string[];
  readonly about: About;
}

/** Bruscia's words for the two profiles that Wigram used; a therapist's, never computed. */
export const AUTONOMY = ["dependent", "follower", "partner", "leader", "resister"] as const;
export const VARIABILITY = ["rigid", "stable", "variable", "contrasting", "random"] as const;

export const FEATURES = [
  "density",
  "recency_density",
  "duration",
  "mean_pitch",
  "sd_pitch",
  "velocity",
  "articulation",
  "pulse_clarity",
  "tempo",
  "tonal_clarity",
  "majorness",
  "minorness",
  "dissonance",
  "silence",
] as const;
export type Feature = (typeof FEATURES)[number];
