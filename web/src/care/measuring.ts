/** Questionnaires, and whom a person would call: asked of the server. */
import { ask } from "../duet/takes";
import type { Better, Form, Points } from "./measure";

export interface Person {
  readonly name: string;
  readonly number: string;
}

export interface Forms {
  /** Whether there is a yes to keeping what is answered. */
  readonly kept: boolean;
  /** Whom to call, where somebody was named. */
  readonly person: Person | null;
  readonly measures: readonly Form[];
}

export interface Change {
  readonly points: number;
  readonly source: string;
  /** More than chance is taken to bring; or large enough to mean something, which may still be chance. */
  readonly kind: "reliable" | "notable";
}

/** One total on its way through time; how many points it lies above others, and whether that is a change that counts. */
export interface Step {
  readonly id: string;
  readonly given: string;
  readonly total: number | null;
  readonly since_last: number | null;
  readonly since_first: number | null;
  readonly counts: boolean | null;
}

export interface Line {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  /** Beyond these, or on them, a total differs from the first by a change that counts. */
  readonly band: readonly [number, number] | null;
  readonly steps: readonly Step[];
}

export interface Result {
  readonly help: boolean;
  /** Whether the question that is watched was left out. */
  readonly unsaid: boolean;
  readonly kept: string | null;
  readonly total: number | null;
  readonly lines: readonly Line[];
  readonly last: string | null;
  readonly change: Change | null;
}

/** What was answered. */
export interface Kept {
  readonly id: string;
  readonly given: string;
  readonly points: Points;
  /** Whether an answer of it calls for help. */
  readonly help: boolean;
}

export interface Course {
  readonly id: string;
  readonly name: string;
  readonly better: Better;
  readonly change: Change | null;
  readonly lines: readonly Line[];
  readonly forms: readonly Kept[];
}

const at = (id: string, rest = ""): string => `/api/measures/${id}${rest}`;

export async function forms(): Promise<Forms> {
  return (await ask("/api/measures", "GET")) as Forms;
}

/** What was answered before the form was stopped; nothing where nothing is begun. */
export async function draftOf(id: string): Promise<Points> {
  return ((await ask(at(id, "/draft"), "GET")) as { points: Points | null }).points ?? [];
}

export async function keepDraft(id: string, points: Points): Promise<void> {
  await ask(at(id, "/draft"), "PUT", { points });
}

export async function dropDraft(id: string): Promise<void> {
  await ask(at(id, "/draft"), "DELETE");
}

/** Null: the answers call for help, and it has not been shown yet. */
export async function addUp(id: string, points: Points, helped: boolean): Promise<Result | null> {
  const found = (await ask(at(id), "POST", { points, helped })) as Partial<Result>;
  return found.lines === undefined ? null : (found as Result);
}

export async function overTime(): Promise<readonly Course[]> {
  return ((await ask("/api/measures/course", "GET")) as { measures: Course[] }).measures;
}

export async function eraseAnswers(answers: string): Promise<void> {
  await ask(`/api/measures/given/${answers}`, "DELETE");
}

export async function namePerson(person: Person): Promise<void> {
  await ask("/api/safety", "PUT", person);
}

export async function forgetPerson(): Promise<void> {
  await ask("/api/safety", "DELETE");
}
