/** The same synthesiser without a page: a duet in, its sound out. Built as a script of its own. */

import { bend } from "./ceiling";
import type { MakerEvent } from "./instrument";
import type { PartnerNoteAt } from "./partner";
import { Synth } from "./synth";

export interface Piece {
  readonly rate: number; // frames a second; every time below is a frame
  readonly maker: readonly { readonly at: number; readonly event: MakerEvent }[];
  readonly partner: readonly PartnerNoteAt[];
  readonly releases: readonly { readonly id: number; readonly at: number; readonly over: number }[];
}

let bank = new ArrayBuffer(0);
let synth: Synth | null = null;
let frame = 0;

/** Room for the sound bank, for the caller to write it into. */
export function room(bytes: number): ArrayBuffer {
  bank = new ArrayBuffer(bytes);
  return bank;
}

/** Begin a piece: all of it is told now. */
export async function begin(piece: Piece): Promise<void> {
  const ready = await Synth.load(bank.slice(0), piece.rate, () => undefined);
  for (const { at, event } of piece.maker) ready.makerAgain(at, event);
  for (const note of piece.partner) ready.play(note);
  for (const { id, at, over } of piece.releases) ready.release(id, at, over);
  synth = ready;
  frame = 0;
}

/** Its next frames, the maker's and the partner's together, under the same ceiling as in the page: 16 bits,
 * left and right by turns. */
export function take(count: number): ArrayBuffer {
  const [a, b, c, d] = [0, 0, 0, 0].map(() => new Float32Array(count)) as [Side, Side, Side, Side];
  synth!.render(a, b, c, d, frame, count);
  frame += count;
  const out = new Int16Array(2 * count);
  for (let i = 0; i < count; i++) {
    out[2 * i] = sample(a[i]! + c[i]!);
    out[2 * i + 1] = sample(b[i]! + d[i]!);
  }
  return out.buffer;
}

type Side = Float32Array<ArrayBuffer>;

function sample(value: number): number {
  return Math.round(32767 * bend(value));
}
