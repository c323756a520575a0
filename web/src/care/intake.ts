/** What helps and what to avoid: the questions of the server, the answers, and the page's own part in them. */
import { ask, NotThere } from "../duet/takes";
import { type Settings, settled } from "../input/settings";
import type { Timbre } from "../sound/instrument";
import { TIMBRES } from "../sound/voices";

export type Answer = string | readonly string[];
export type Said = Readonly<Record<string, Answer>>;

export interface Question {
  readonly id: string;
  readonly kind: "one" | "many" | "words";
  readonly of: readonly string[];
}

export interface Careful {
  readonly muted: readonly string[]; // timbres that are left out
  readonly volume: number | null; // the most, 0-1
  readonly minutes: number | null; // the longest take
  readonly tender: boolean; // ears for which less sound is advised
}

export interface Intake {
  readonly questions: readonly Question[];
  readonly said: Said;
  readonly changes: readonly { readonly because: string; readonly advice: string | null }[];
  readonly page: Careful;
}

export const USUAL: Careful = { muted: [], volume: null, minutes: null, tender: false };

export async function intake(): Promise<Intake> {
  return (await ask("/api/intake", "GET")) as Intake;
}

/** Of whoever is in the room, as the therapist asks for it; null where it is not shared. */
export async function sharedIntake(): Promise<Intake | null> {
  try {
    return await intake();
  } catch (error) {
    if (error instanceof NotThere) return null;
    throw error;
  }
}

export async function say(said: Said): Promise<Intake> {
  return (await ask("/api/intake", "PUT", { said })) as Intake;
}

const SOON = 1000; // ms until it is asked once more,
const LATEST = 30_000; // and each time later, up to this

/**
 * What bounds the page, asked of the server until it is told. What was known before holds meanwhile: a bound
 * that was asked for is not let go because of a line that is down, or a lock.
 */
export class Bounds {
  private asks = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly told: (careful: Careful) => void,
    private readonly asked: () => Promise<Pick<Intake, "page">> = intake,
  ) {}

  look(wait = SOON): void {
    this.close();
    const mine = this.asks;
    this.asked().then(
      ({ page }) => {
        if (mine === this.asks) this.told(page);
      },
      () => {
        if (mine === this.asks) this.timer = setTimeout(() => this.look(Math.min(2 * wait, LATEST)), wait);
      },
    );
  }

  close(): void {
    this.asks += 1;
    clearTimeout(this.timer);
  }
}

/** The answers with one more, or one less where it is empty. */
export function withAnswer(said: Said, id: string, answer: Answer | null): Said {
  const rest = Object.fromEntries(Object.entries(said).filter(([other]) => other !== id));
  return answer === null || answer.length === 0 ? rest : { ...rest, [id]: answer };
}

/** Where to go on: the first question without an answer, else the first of all. */
export function openAt(questions: readonly Question[], said: Said): number {
  return Math.max(0, questions.findIndex(({ id }) => !(id in said)));
}

/** The timbres that may be heard. Somebody who would hear none of them still needs one to play. */
export function heard(careful: Careful): readonly Timbre[] {
  const left = TIMBRES.filter((timbre) => !careful.muted.includes(timbre));
  return left.length > 0 ? left : TIMBRES;
}

/** What was chosen, within what may be heard; the choice itself stays as it is. */
export function within(settings: Settings, careful: Careful): Settings {
  const timbres = heard(careful);
  const kept = (timbre: Timbre): Timbre => (timbres.includes(timbre) ? timbre : (timbres[0] ?? timbre));
  return settled(
    {
      ...settings,
      timbre: kept(settings.timbre),
      second: kept(settings.second),
      volume: Math.min(settings.volume, careful.volume ?? 1),
    },
    timbres,
  );
}

/** The shortest of some lengths; null: without end. */
export function shortest(...minutes: readonly (number | null)[]): number | null {
  const ends = minutes.filter((one) => one !== null);
  return ends.length > 0 ? Math.min(...ends) : null;
}
