/** The marks of a take, asked of the server by a page that may see them. */
import type { Marked } from "../duet/protocol";
import { ask } from "../duet/takes";

const at = (take: string, mark = ""): string => `/api/takes/${take}/marks${mark && `/${mark}`}`;

/** `tab`: the tab token of a therapist's page. */
export async function marksOf(take: string, tab: string): Promise<readonly Marked[]> {
  return ((await ask(at(take), "GET", undefined, tab)) as { marks: Marked[] }).marks;
}

export async function markAt(take: string, moment: number, tab: string): Promise<Marked> {
  return (await ask(at(take), "POST", { at: moment }, tab)) as Marked;
}

export async function note(take: string, mark: string, text: string, tab: string): Promise<Marked> {
  return (await ask(at(take, mark), "PUT", { text: text.trim() || null }, tab)) as Marked;
}

export async function eraseMark(take: string, mark: string, tab: string): Promise<void> {
  await ask(at(take, mark), "DELETE", undefined, tab);
}
