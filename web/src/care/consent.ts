/** To what a person said yes, asked of the server. */
import { ask } from "../duet/takes";

export const KINDS = ["play", "keep", "share", "research"] as const;
export type Kind = (typeof KINDS)[number];

export interface Consent {
  readonly given: string | null; // ISO 8601
  readonly version: number | null; // of the words to which it was said
  readonly current: number;
}

export type Consents = Readonly<Record<Kind, Consent>>;

export async function consents(): Promise<Consents> {
  return (await ask("/api/consents", "GET")) as Consents;
}

export async function agree(kind: Kind, given: boolean): Promise<Consents> {
  return (await ask(`/api/consents/${kind}`, "PUT", { given })) as Consents;
}

/** A living yes to the words of now. */
export function holds(one: Consent): boolean {
  return one.given !== null && one.version === one.current;
}

/** A yes to words that have changed since: it is to be asked for again. */
export function isOlder(one: Consent): boolean {
  return one.given !== null && one.version !== one.current;
}

/** Kinds with which something is erased when they are taken back: that is asked about once more. */
export function erases(kind: Kind): boolean {
  return kind === "play" || kind === "keep";
}
