/**
 * An estimate of how much sound a person's ears have had this week, and how much is advised. Pure.
 *
 * Advised by WHO and ITU (H.870, Safe listening devices and systems): 80 dB(A) for 40 hours a week for
 * adults, which is a dose of 1.6 Pa²h; 75 dB(A) for 40 hours for children and tender ears, 0.51 Pa²h.
 *
 * No program knows the level at the ear: that depends on the machine's own volume, the headphones or
 * loudspeaker, and the distance. So a level is assumed for full scale, on the loud side of ordinary
 * listening, and one question may replace it: how the music compares with somebody talking nearby,
 * which is about 60 dB(A) a metre away.
 */

export interface Heard {
  readonly energy: number; // A-weighted mean square as it left the page, of full scale 1
  readonly seconds: number;
}

export const THROUGH = ["headphones", "loudspeaker"] as const;
export const BESIDE = ["softer", "alike", "louder"] as const;
export type Through = (typeof THROUGH)[number];
export type Beside = (typeof BESIDE)[number];

export interface Ears {
  readonly through: Through;
  readonly beside: Beside | null; // what was answered, if it was
  readonly fullScale: number | null; // dB(A) that follow from the answer
  readonly tender: boolean; // a child's ears, or sensitive ones
}

export const EARS: Ears = { through: "headphones", beside: null, fullScale: null, tender: false };

/** A day of the calendar ("2026-11-25") and what was heard on it. */
export interface Day {
  readonly day: string;
  readonly dose: number; // Pa²h
  readonly seconds: number; // with something to hear
}

const REFERENCE = 4e-10; // Pa², at 0 dB
// dB(A) at the ear for a mean square of 1. Ours: recorded music lies about 14 dB below full scale, and is
// so taken to be heard at 86 dB(A) through headphones and at 74 from a loudspeaker at arm's length.
const ASSUMED: Readonly<Record<Through, number>> = { headphones: 100, loudspeaker: 88 };
const TALKING: Readonly<Record<Beside, number>> = { softer: 54, alike: 62, louder: 72 }; // dB(A)
const AUDIBLE = 35; // dB(A); softer than this nobody hears in a room
const ADVISED = { usual: REFERENCE * 10 ** 8 * 40, tender: REFERENCE * 10 ** 7.5 * 40 }; // Pa²h a week
const NEAR = 0.8; // of what is advised
const DAYS = 7;

const decibels = (energy: number): number => 10 * Math.log10(Math.max(energy, 1e-15));

/** dB(A) at the ear, as far as can be told. */
export function levelOf(energy: number, ears: Ears): number {
  return decibels(energy) + (ears.fullScale ?? ASSUMED[ears.through]);
}

/** The answer to the question, given what was heard lately. */
export function answered(ears: Ears, beside: Beside, lately: number): Ears {
  return { ...ears, beside, fullScale: TALKING[beside] - decibels(lately) };
}

/** Other headphones or another loudspeaker: what was answered of the last ones no longer holds. */
export function through(ears: Ears, what: Through): Ears {
  return { ...ears, through: what, beside: null, fullScale: null };
}

/** One more stretch of sound, on a day; what is older than a week is forgotten. */
export function add(days: readonly Day[], today: string, heard: Heard, ears: Ears): readonly Day[] {
  const level = levelOf(heard.energy, ears);
  if (level < AUDIBLE || heard.seconds <= 0) return recent(days, today);
  const more = (REFERENCE * 10 ** (level / 10) * heard.seconds) / 3600;
  const last = days.find(({ day }) => day === today) ?? { day: today, dose: 0, seconds: 0 };
  const now = { day: today, dose: last.dose + more, seconds: last.seconds + heard.seconds };
  return [...recent(days, today).filter(({ day }) => day !== today), now];
}

/** The last seven days, today among them. */
export function recent(days: readonly Day[], today: string): readonly Day[] {
  const end = Date.parse(today);
  return days.filter(({ day }) => {
    const ago = (end - Date.parse(day)) / 86_400_000;
    return ago >= 0 && ago < DAYS;
  });
}

export type Loudness = "soft" | "moderate" | "rather" | "loud";

export interface Week {
  readonly seconds: number;
  readonly level: Loudness | null; // null: nothing was heard
  readonly near: boolean; // as much as is advised, or nearly
}

/** What is told of a week. */
export function week(days: readonly Day[], today: string, ears: Ears): Week {
  const kept = recent(days, today);
  const seconds = kept.reduce((sum, day) => sum + day.seconds, 0);
  const dose = kept.reduce((sum, day) => sum + day.dose, 0);
  const near = dose >= NEAR * (ears.tender ? ADVISED.tender : ADVISED.usual);
  if (seconds === 0) return { seconds, level: null, near };
  const mean = decibels(dose / (seconds / 3600) / REFERENCE);
  const level = mean < 65 ? "soft" : mean < 75 ? "moderate" : mean < 80 ? "rather" : "loud";
  return { seconds, level, near };
}
