/** Every word of the interface, by key. A key that is not in the catalogue does not compile. */
import contacts from "./contacts.json";
import en from "./en.json";

type Catalogue = typeof en;
type Leaves<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}`;
}[keyof T & string];

export type TextKey = Leaves<Catalogue>;
export type Values = Readonly<Record<string, string | number>>;

export { contacts };

function look(key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (at, part) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, part)
          ? (at as Record<string, unknown>)[part]
          : undefined,
      en,
    );
}

/** The text for a key; {names} in it are replaced by the values given. */
export function t(key: TextKey, values: Values = {}): string {
  const text = look(key);
  return typeof text === "string" ? fill(text, values) : key;
}

type Known =
  | "technique" | "why" | "does" | "term" | "trouble" | "timbre" | "prompt"
  | "therapist.who" | "therapist.mode" | "therapist.state" | "therapist.does" | "intake.ask" | "intake.say";

/** As `t`, for a name that comes from the engine and may be newer than this catalogue. */
export function known(group: Known, name: string): string | null {
  const text = look(`${group}.${name}`);
  return typeof text === "string" ? text : null;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

export function noteCount(n: number): string {
  if (n === 0) return t("count.noNotes");
  return n === 1 ? t("count.oneNote") : t("count.notes", { n });
}

/** A length in words: there is no clock here, so minutes are enough. */
export function lengthOf(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 45) return t("count.short");
  return minutes <= 1 ? t("count.oneMinute") : t("count.minutes", { n: minutes });
}

/** A stretch of listening in words. */
export function listened(seconds: number): string {
  const hours = seconds / 3600;
  if (hours < 0.3) return t("ears.minutes");
  if (hours < 0.75) return t("ears.half");
  return Math.round(hours) <= 1 ? t("ears.hour") : t("ears.hours", { n: Math.round(hours) });
}

/** A moment of a take, as it is said. */
export function spokenTime(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds + 1e-6));
  const [minutes, rest] = [Math.floor(all / 60), all % 60];
  const parts = [
    ...(minutes > 0 ? [minutes === 1 ? t("count.minute") : t("count.ofMinutes", { n: minutes })] : []),
    ...(rest > 0 || minutes === 0 ? [rest === 1 ? t("count.second") : t("count.seconds", { n: rest })] : []),
  ];
  return parts.join(" ");
}

/** A measured number, no more exact than it is of use. */
export function numberOf(value: number): string {
  return String(Number(value.toFixed(Math.abs(value) >= 10 ? 0 : 2)));
}

/** The day and time of a take, in the reader's own manner. */
export function dayOf(started: string | null): string {
  const date = started === null ? null : new Date(started);
  if (date === null || Number.isNaN(date.getTime())) return t("takes.undated");
  return new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" }).format(date);
}
