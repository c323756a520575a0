/**
 * The computer keyboard, by physical position, so that it is the same on every layout. Three rows
 * play; nothing here ever keeps Tab, the keys of a focused control, or a shortcut from doing its work.
 */
import type { Who } from "../duet/view";
import type { Way } from "./settings";

const ROWS: readonly (readonly [octave: number, codes: readonly string[]])[] = [
  [0, ["KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK", "KeyL", "Semicolon"]],
  // An octave, not a third: a row up is then the same tune, higher, in every scale.
  [1, ["KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU", "KeyI", "KeyO", "KeyP"]],
  [-1, ["KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN", "KeyM", "Comma", "Period", "Slash"]],
];

/** The codes of the home row, pad by pad. */
export const HOME_ROW: readonly string[] = ROWS[0]?.[1] ?? [];

const PLACES = new Map(
  ROWS.flatMap(([octave, codes]) => codes.map((code, pad) => [code, { pad, octave }] as const)),
);

const HALF = 5; // keys of a row that belong to the left one of two

/** Keys outside the three rows that lie to the left, or are what a first switch usually sends. */
const LEFT =
  /^(Space|Arrow(Left|Up)|Digit[1-5]|Backquote|IntlBackslash|Home|PageUp)$/;

/** Whose key it is where two play side by side: the keyboard is parted in the middle. */
export function sideOf(code: string): "left" | "right" {
  const place = PLACES.get(code);
  if (place) return place.pad < HALF ? "left" : "right";
  return LEFT.test(code) ? "left" : "right";
}

export interface Keys {
  readonly way: () => Way;
  /** Whether two play side by side, each with one half of the keyboard. */
  readonly beside: () => boolean;
  pad(press: string, pad: number, octave: number, when: number, who: Who): void;
  switch(press: string, when: number, who: Who): void;
  letGo(press: string, when: number): void;
  letGoAll(when: number): void;
  /** Escape: everything falls silent. */
  rest(): void;
}

/** What the handler needs to know about the focused element; a plain Element is enough. */
export interface Focused {
  readonly tagName?: string;
  readonly type?: string;
  readonly isContentEditable?: boolean;
  closest?(selector: string): unknown;
}

const TEXT_INPUTS = new Set(["text", "search", "email", "number", "password", "tel", "url", "date", "time"]);

/** Whether letters typed now belong to a field. */
export function takesLetters(focused: Focused | null): boolean {
  if (focused === null) return false;
  const tag = focused.tagName?.toLowerCase();
  if (tag === "textarea" || tag === "select" || focused.isContentEditable === true) return true;
  return tag === "input" && TEXT_INPUTS.has(focused.type ?? "text");
}

const CONTROLS = "button, a[href], input, select, textarea, summary, label";
// Keys that move within a focused slider or group of choices.
const MOVES = /^(Arrow|Home$|End$|PageUp$|PageDown$)/;

/** Whether this key is what a focused control waits for. The play surface is not such a control. */
export function belongsToControl(code: string, focused: Focused | null): boolean {
  const control = focused?.closest?.(CONTROLS);
  if (!control || focused?.closest?.("[data-play]")) return false;
  if (code === "Enter" || code === "NumpadEnter" || code === "Space") return true;
  const tag = focused?.tagName?.toLowerCase();
  return MOVES.test(code) && (tag === "input" || tag === "select");
}

/** Keys that are never a switch: moving on, stopping, shortcuts, the machine's own keys. */
export function isReserved(code: string): boolean {
  return (
    code === "" ||
    code === "Tab" ||
    code === "Escape" ||
    /^F\d+$/.test(code) ||
    /^(Shift|Control|Alt|Meta|OS)/.test(code) ||
    /^(CapsLock|NumLock|ScrollLock|PrintScreen|ContextMenu|Fn|Power|Sleep|WakeUp)/.test(code) ||
    /^(Audio|Media|Browser|Launch|Brightness)/.test(code)
  );
}

type Where = Pick<EventTarget, "addEventListener" | "removeEventListener">;
type Page = Where & { readonly visibilityState: string };

/** Listens until the returned function is called. */
export function listenKeys(window: Where, page: Page, keys: Keys): () => void {
  const down = (event: Event): void => {
    const key = event as KeyboardEvent;
    if (key.code === "Escape") {
      if (!key.repeat) keys.rest();
      return;
    }
    if (key.repeat) {
      // A held key must not page or scroll either, but only where it was taken in the first place.
      if (taken.has(key.code)) key.preventDefault();
      return;
    }
    if (key.defaultPrevented || key.ctrlKey || key.metaKey || key.altKey || key.isComposing) return;
    const focused = key.target as Focused | null;
    if (takesLetters(focused) || belongsToControl(key.code, focused)) return;
    const way = keys.way();
    const who: Who = keys.beside() ? sideOf(key.code) : "you";
    if (way === "voice") return; // the voice alone plays
    if (way === "tap" || way === "switch") {
      if (isReserved(key.code)) return;
      keys.switch(key.code, key.timeStamp, who);
    } else {
      const place = PLACES.get(key.code);
      if (!place) return;
      // Each of two begins at home, the right one an octave higher.
      const right = who === "right";
      keys.pad(key.code, right ? place.pad - HALF : place.pad, place.octave + (right ? 1 : 0), key.timeStamp, who);
    }
    taken.add(key.code);
    key.preventDefault();
  };
  const up = (event: Event): void => {
    const key = event as KeyboardEvent;
    // Whatever has focus by now: a note that began is always let go.
    if (!taken.delete(key.code)) return;
    keys.letGo(key.code, key.timeStamp);
    key.preventDefault();
  };
  const away = (event: Event): void => {
    taken.clear();
    keys.letGoAll(event.timeStamp);
  };
  const hidden = (event: Event): void => {
    if (page.visibilityState === "hidden") away(event);
  };
  const taken = new Set<string>();
  window.addEventListener("keydown", down);
  window.addEventListener("keyup", up);
  window.addEventListener("blur", away);
  page.addEventListener("visibilitychange", hidden);
  return () => {
    window.removeEventListener("keydown", down);
    window.removeEventListener("keyup", up);
    window.removeEventListener("blur", away);
    page.removeEventListener("visibilitychange", hidden);
  };
}

interface Layout {
  getLayoutMap(): Promise<ReadonlyMap<string, string>>;
}

/** What is printed on the keys of the home row, where the browser knows; else the usual letters. */
export async function homeRowLetters(navigator: object): Promise<readonly string[]> {
  const usual = HOME_ROW.map((code) => (code === "Semicolon" ? ";" : code.slice(3)));
  const keyboard = (navigator as { keyboard?: Layout }).keyboard;
  try {
    const map = await keyboard?.getLayoutMap();
    return HOME_ROW.map((code, pad) => (map?.get(code) ?? usual[pad] ?? "").toUpperCase());
  } catch {
    return usual;
  }
}
