/**
 * A questionnaire while it is filled in: one question after another, each answered or left out. Pure.
 *
 * Points are as the form gives them, null where a question was left out. What was come to so far is a draft: its
 * length says where to go on.
 */

/** Which of two totals is better. */
export type Better = "higher" | "lower";

export interface Form {
  readonly id: string;
  readonly name: string;
  /** What every question is about; null where the form's words may not be printed here. */
  readonly stem: string | null;
  readonly items: readonly (string | null)[];
  readonly answers: readonly string[];
  /** The least and the most that an answer gives. */
  readonly points: readonly [number, number];
  readonly lowest: number;
  readonly highest: number;
  readonly better: Better;
  /** The question, numbered from 1, that calls for help when it is answered above 0. */
  readonly help_item: number | null;
  readonly offered: boolean;
  /** How many questions were come to, where something is begun. */
  readonly draft: number | null;
  readonly last: string | null;
}

export type Points = readonly (number | null)[];

export interface Sheet {
  readonly points: Points;
  /** The question that is asked, from 0. */
  readonly at: number;
}

export interface Answer {
  readonly point: number;
  readonly word: string;
  /** The digit that gives it: where there are words its place, else the points themselves. */
  readonly key: string;
}

const MOST_BUTTONS = 10; // more possible points than that are written as a number

export function begin(points: Points = []): Sheet {
  return { points, at: points.length };
}

/** The question is answered, or left out with null, and the next one asked. */
export function answered(sheet: Sheet, point: number | null): Sheet {
  const points = [...sheet.points];
  points[sheet.at] = point;
  return { points, at: sheet.at + 1 };
}

export function back(sheet: Sheet): Sheet {
  return { ...sheet, at: Math.max(0, sheet.at - 1) };
}

export function isDone(form: Form, sheet: Sheet): boolean {
  return sheet.at >= form.items.length;
}

/** Whether these answers, also the first few alone, call for help. */
export function callsForHelp(form: Form, points: Points): boolean {
  return form.help_item !== null && (points[form.help_item - 1] ?? 0) > 0;
}

/** What can be answered; null where it is a number to be written. */
export function answersOf(form: Form): readonly Answer[] | null {
  const [least, most] = form.points;
  if (most - least >= MOST_BUTTONS) return null;
  return Array.from({ length: most - least + 1 }, (_, place) => {
    const word = form.answers[place];
    const point = least + place;
    return { point, word: word ?? String(point), key: String(word === undefined ? point : place + 1) };
  });
}

/** Points as they were written; null for what are none of this form. */
export function written(form: Form, text: string): number | null {
  const [least, most] = form.points;
  const point = /^\s*\d{1,3}\s*$/.test(text) ? Number(text) : Number.NaN;
  return point >= least && point <= most ? point : null;
}
