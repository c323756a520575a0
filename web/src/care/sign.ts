/** How a person came and how they left: a word, a colour, both or nothing. It lies with the take alone. */
import { ask } from "../duet/takes";

/** Names as the server knows them, and how they look. What a colour means, whoever chooses it knows. */
export const COLOURS = {
  sand: "#d9c49a",
  gold: "#e0a83a",
  rust: "#b4532c",
  rose: "#c9788a",
  violet: "#7f63a8",
  blue: "#3f6fa3",
  green: "#4f8460",
  grey: "#7d8288",
} as const;
export type Colour = keyof typeof COLOURS;
export const COLOUR_NAMES = Object.keys(COLOURS) as readonly Colour[];

export interface Sign {
  readonly word: string | null;
  readonly colour: Colour | null;
}

export const NO_SIGN: Sign = { word: null, colour: null };
export const LONGEST_WORD = 200; // letters

export function isEmpty(sign: Sign): boolean {
  return sign.colour === null && (sign.word ?? "").trim() === "";
}

/** It is written beside the take; an empty one takes away what was there. */
export async function putSign(take: string, when: "arrived" | "left", sign: Sign): Promise<void> {
  const word = (sign.word ?? "").trim();
  await ask(`/api/takes/${take}/${when}`, "PUT", { word: word === "" ? null : word, colour: sign.colour });
}
