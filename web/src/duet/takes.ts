/** The takes of this machine, asked of the server. */

import { HEADER, tab } from "../care/tab";
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

/** There is no such take (any more), or nothing that is shared. */
export class NotThere extends Error {}

/**
 * Rejects with the server's own sentence if it says no. `body`: a value, sent as JSON, or sound as it is.
 * `as`: the token of the page that asks, where that is not this page's own.
 */
export async function ask(address: string, method: string, body?: unknown, as?: string): Promise<unknown> {
  return (await answerTo(address, method, body, as)).json();
}

/** As `ask`, for a file: the browser saves it under the name that the server gives it. */
export async function takeAsFile(address: string, method = "GET", body?: unknown): Promise<void> {
  const answer = await answerTo(address, method, body);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named?.[1] ?? "undersong";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // it may still be written
}

async function answerTo(address: string, method: string, body?: unknown, as?: string): Promise<Response> {
  const headers: Record<string, string> = { [HEADER]: as ?? (await tab()) };
  const request: RequestInit = { method, headers };
  if (body instanceof Blob) request.body = body;
  else if (body !== undefined) {
    request.body = JSON.stringify(body);
    headers["content-type"] = "application/json";
  }
  const answer = await fetch(address, request);
  if (answer.ok) return answer;
  const said = ((await answer.json()) as { error?: string }).error ?? answer.statusText;
  throw answer.status === 404 ? new NotThere(said) : new Error(said);
}
