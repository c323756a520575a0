/** The takes of this machine, asked of the server. */

import type { KeptTake } from "./duet";
import type { Sound } from "./rehearing";

export async function listTakes(): Promise<readonly KeptTake[]> {
  return ((await ask("/api/takes", "GET")) as { takes: KeptTake[] }).takes;
}

export async function soundsOf(id: string): Promise<readonly Sound[]> {
  return ((await ask(`/api/takes/${id}`, "GET")) as { sounds: Sound[] }).sounds;
}

export async function keepTake(id: string): Promise<void> {
  await ask(`/api/takes/${id}/keep`, "POST");
}

export async function eraseTake(id: string): Promise<void> {
  await ask(`/api/takes/${id}`, "DELETE");
}

export function addressOf(id: string, file: "log.jsonl" | "duet.mid"): string {
  return `/api/takes/${id}/${file}`;
}

/** There is no take of that name (any more). */
export class NoSuchTake extends Error {}

/**
 * Rejects with the server's own sentence if it says no. `body`: a value, sent as JSON, or sound as it is.
 * `tab`: the tab token of the page that asks, where that matters.
 */
export async function ask(address: string, method: string, body?: unknown, tab?: string): Promise<unknown> {
  const headers: Record<string, string> = tab === undefined ? {} : { "x-undersong-tab": tab };
  const request: RequestInit = { method, headers };
  if (body instanceof Blob) request.body = body;
  else if (body !== undefined) {
    request.body = JSON.stringify(body);
    headers["content-type"] = "application/json";
  }
  const answer = await fetch(address, request);
  const read = (await answer.json()) as { error?: string };
  if (answer.ok) return read;
  const said = read.error ?? answer.statusText;
  throw answer.status === 404 ? new NoSuchTake(said) : new Error(said);
}
