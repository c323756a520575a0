/** The lock of this house, asked of the server: whether all is locked, unlocking, locking. */
import { ask } from "../duet/takes";

export interface House {
  readonly locked: boolean;
  /** A passphrase is needed at all. */
  readonly protected: boolean;
  /** While it is open: */
  readonly keyring?: boolean; // this system keeps secrets for programs
  readonly recovery?: boolean; // there is a recovery key
}

export async function house(): Promise<House> {
  return (await ask("/api/house", "GET")) as House;
}

export type Way = "passphrase" | "recovery";

/** A wrong one is answered slowly. */
export async function unlock(way: Way, given: string): Promise<void> {
  await ask("/api/unlock", "POST", { [way]: given });
}

export async function lock(): Promise<void> {
  await ask("/api/lock", "POST");
}

/** Lock with a passphrase what was open; resolves with the recovery key, which is told this once. */
export async function protect(passphrase: string, keyring: boolean): Promise<string> {
  return ((await ask("/api/protect", "POST", { passphrase, keyring })) as { recovery: string }).recovery;
}

export async function change(way: Way, known: string, passphrase: string): Promise<void> {
  await ask("/api/protect", "PUT", { [way === "passphrase" ? "old" : "recovery"]: known, passphrase });
}

export async function newRecovery(passphrase: string): Promise<string> {
  return ((await ask("/api/recovery", "POST", { passphrase })) as { recovery: string }).recovery;
}

export const SHORTEST = 8; // characters of a passphrase, as the server has it

/** Why two entries of a new passphrase cannot be taken; null: they can. */
export function wrongWith(first: string, second: string): "short" | "differ" | null {
  if ([...first].length < SHORTEST) return "short";
  return first === second ? null : "differ";
}

const SIGN_EVERY = 60_000; // ms

/**
 * Signs of a person at this page: a hand, or something heard again. The server locks itself where there are
 * none, so it is told, once a minute at most. Returns how to stop.
 */
export function watchSigns(tell: () => void, hears: () => boolean, page: Window = window): () => void {
  let told = performance.now();
  const sign = (): void => {
    if (performance.now() - told < SIGN_EVERY) return;
    told = performance.now();
    tell();
  };
  const timer = setInterval(() => hears() && sign(), SIGN_EVERY / 2);
  page.addEventListener("pointerdown", sign, { capture: true, passive: true });
  page.addEventListener("keydown", sign, { capture: true });
  return () => {
    clearInterval(timer);
    page.removeEventListener("pointerdown", sign, { capture: true });
    page.removeEventListener("keydown", sign, { capture: true });
  };
}
