/** A kept take looked back at, and what a person adds to it: asked of the server. */
import { ask } from "../duet/takes";
import type { Chose, Fragment, Heard, Note, Rating, Review, Took } from "./review";

const at = (id: string, rest = ""): string => `/api/takes/${id}${rest}`;

/** What sounded, at once: nothing is worked out for it. */
export async function sounded(id: string): Promise<Took & { readonly sounds: readonly Heard[]; readonly chose?: readonly Chose[] }> {
  return (await ask(at(id), "GET")) as Took & { sounds: Heard[]; chose?: Chose[] };
}

/** All that can be said about it; this takes the server a moment. */
export async function review(id: string): Promise<Review> {
  return (await ask(at(id, "/review"), "GET")) as Review;
}

export async function rename(id: string, name: string): Promise<void> {
  await ask(at(id, "/name"), "PUT", { name });
}

export async function write(id: string, place: number | null, text: string): Promise<Note> {
  return (await ask(at(id, "/notes"), "POST", { at: place, text })) as Note;
}

export async function say(id: string, place: number, sound: Blob): Promise<Note> {
  return (await ask(at(id, `/notes?at=${place.toFixed(2)}`), "POST", sound)) as Note;
}

export async function strike(id: string, note: string): Promise<void> {
  await ask(at(id, `/notes/${note}`), "DELETE");
}

export function saidAt(id: string, note: string): string {
  return at(id, `/notes/${note}/voice`);
}

export async function keepPart(id: string, from: number, to: number, name: string): Promise<Fragment> {
  return (await ask(at(id, "/fragments"), "POST", { from, to, name })) as Fragment;
}

export async function dropPart(id: string, fragment: string): Promise<void> {
  await ask(at(id, `/fragments/${fragment}`), "DELETE");
}

export async function rate(id: string, rating: Rating): Promise<void> {
  await ask(at(id, "/ratings"), "PUT", rating);
}

export async function hide(id: string): Promise<void> {
  await ask(at(id, "/hide"), "POST");
}

/** Where a take's files can be fetched; of a fragment, between two moments. */
export function fileOf(id: string, file: "duet.mid" | "duet.wav" | "log.jsonl" | "report"): string {
  return at(id, `/${file}`);
}

export function scoreOf(id: string, from: number, to: number): string {
  return at(id, `/fragment.musicxml?from=${from.toFixed(2)}&to=${to.toFixed(2)}`);
}

/**
 * A file is taken away: saved by the browser, once the server has said that it can be had. Rejects with the
 * server's own sentence where it cannot.
 */
export async function takeAway(address: string): Promise<void> {
  const looked = new AbortController();
  const answer = await fetch(address, { signal: looked.signal });
  if (!answer.ok) throw new Error(((await answer.json()) as { error?: string }).error ?? answer.statusText);
  looked.abort();
  location.assign(address); // an attachment: this page stays
}

/** A number and how sure it is: between which two it lies. */
export interface Sure {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Week {
  readonly id: string;
  readonly started: string | null;
  readonly seconds: number;
  readonly name: string | null;
  readonly density: Sure;
  readonly range: Sure;
  readonly velocity: Sure;
  readonly leading: Sure;
  readonly interaction: Sure;
  readonly techniques: Readonly<Record<string, number>>;
  readonly words: number;
}

export async function course(): Promise<readonly Week[]> {
  return ((await ask("/api/course", "GET")) as { sessions: Week[] }).sessions;
}
