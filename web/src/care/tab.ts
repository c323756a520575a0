/**
 * Which page this is, for the server: a token that goes along with everything it asks for. So what a page
 * of whoever was in the room before would change is refused, and a therapist's page is known as one. It is
 * kept in memory alone.
 */

export const HEADER = "x-undersong-tab";

/** The server does not know this browser (any more). */
export class Unknown extends Error {}

let token: string | null = null;
let coming: Promise<string> | null = null;

/** This page's token, asked for when it is first needed. Rejects with Unknown, or as fetch does. */
export function tab(): Promise<string> {
  if (token !== null) return Promise.resolve(token);
  coming ??= ask().finally(() => (coming = null));
  return coming;
}

async function ask(): Promise<string> {
  const answer = await fetch("/api/tab", { method: "POST" });
  if (!answer.ok) throw new Unknown(answer.statusText);
  return (token = ((await answer.json()) as { tab: string }).tab);
}

/** The server was started anew: the token is none any more. */
export function forgetTab(): void {
  token = null;
}

/** The passphrase was given in this page: from now on it asks as a therapist's. */
export function becomeTherapist(given: string): void {
  token = given;
}
