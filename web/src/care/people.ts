/** A practice, asked of the server: who is in the room, who has a place here, and what is shared. */
import { ask, takeAsFile } from "../duet/takes";
import { becomeTherapist, forgetTab } from "./tab";

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Room {
  readonly locked: boolean;
  readonly protected: boolean;
  readonly practice?: boolean;
  readonly role?: "solo" | "client" | "nobody" | "therapist" | "alone";
  readonly person?: Person | null;
}

export async function room(): Promise<Room> {
  return (await ask("/api/house", "GET")) as Room;
}

/** The therapist gives the passphrase in this page; what is locked is opened by it, too. */
export async function comeIn(passphrase: string, locked: boolean): Promise<void> {
  if (locked) await ask("/api/unlock", "POST", { passphrase });
  becomeTherapist(((await ask("/api/therapist", "POST", { passphrase })) as { tab: string }).tab);
}

export async function goOut(): Promise<void> {
  await ask("/api/therapist", "DELETE").finally(forgetTab);
}

export interface People {
  readonly people: readonly Person[];
  readonly faults: readonly string[];
  readonly room: string | null;
}

export async function people(): Promise<People> {
  return (await ask("/api/people", "GET")) as People;
}

export async function add(name: string): Promise<Person> {
  return (await ask("/api/people", "POST", { name })) as Person;
}

export async function erase(id: string): Promise<void> {
  await ask(`/api/people/${id}`, "DELETE");
}

export async function enter(person: string | null): Promise<void> {
  await ask("/api/room", "PUT", { person });
}

export interface Counts {
  readonly least: number;
  readonly people: number | null;
  readonly questions: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

export async function counts(): Promise<Counts> {
  return (await ask("/api/counts", "GET")) as Counts;
}

// --- what is shared with the therapist here -------------------------------------------------------

export type Kind = "take" | "answer" | "intake";

export interface Shared {
  readonly takes: readonly string[];
  readonly answers: readonly string[];
  readonly intake: boolean;
}

export async function sharedNow(): Promise<Shared> {
  return (await ask("/api/shared", "GET")) as Shared;
}

/** Whether the therapist here may see something. The first yes is one to sharing itself. */
export async function share(kind: Kind, id: string, shared: boolean): Promise<void> {
  if (shared) await ask("/api/consents/share", "PUT", { given: true });
  const address = { take: `takes/${id}`, answer: `answers/${id}`, intake: "intake" }[kind];
  await ask(`/api/${address}/shared`, "PUT", { shared });
}

// --- with a therapist elsewhere -------------------------------------------------------------------

export interface Given {
  readonly to: string;
  readonly name: string | null;
  readonly at: string; // ISO 8601
  readonly items: readonly (readonly [kind: "take" | "answer", id: string])[];
}

export async function given(): Promise<readonly Given[]> {
  return ((await ask("/api/given", "GET")) as { given: Given[] }).given;
}

/** The file that gives all this to a practice, and withdraws what it has besides; the browser saves it. */
export async function give(
  to: string,
  takes: readonly string[],
  measures: readonly string[],
  name: string,
): Promise<void> {
  if (takes.length + measures.length > 0) await ask("/api/consents/share", "PUT", { given: true });
  await takeAsFile("/api/share", "POST", { to, takes, measures, name: name === "" ? null : name });
}

export async function address(): Promise<string> {
  return ((await ask("/api/practice", "GET")) as { recipient: string }).recipient;
}

export interface Came {
  readonly name: string | null;
  readonly at: string; // ISO 8601
  readonly takes: readonly string[];
  readonly answers: readonly { readonly id: string; readonly instrument: string; readonly given: string }[];
}

export async function came(): Promise<Came | null> {
  return ((await ask("/api/share/in", "GET")) as { came: Came | null }).came;
}

export async function takeIn(file: Blob): Promise<Came> {
  return ((await ask("/api/share/in", "POST", file)) as { came: Came }).came;
}

export async function letGo(): Promise<void> {
  await ask("/api/share/in", "DELETE");
}

/** What the server said no with, if that is a sentence of its own. */
export function sentenceOf(error: unknown, otherwise: string): string {
  return error instanceof Error && error.message.endsWith(".") ? error.message : otherwise;
}
