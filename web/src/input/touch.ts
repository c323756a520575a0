/**
 * Fingers, mouse and pen on a surface. Each pointer holds at most one note; sliding to another
 * place plays on there, leaving or losing the pointer lets go. Where a place lies is the surface's
 * own business.
 */
import { GENTLE } from "./hands";

export interface Spot {
  /** Names the place: a slide within the same place sounds nothing new. */
  readonly place: number;
  /** -1 (top) to 1 (bottom) within the place; gives a slight weight. */
  readonly lean: number;
}

export interface Surface {
  /** What lies under a point of the page; null where nothing sounds. `held` is what already sounds. */
  at(x: number, y: number, held: Spot | null): Spot | null;
  down(press: string, spot: Spot, velocity: number, event: PointerEvent): void;
  up(press: string, when: number): void;
}

type PointerLike = Pick<PointerEvent, "pointerType" | "pressure">;

/**
 * Real pressure counts: pens have it, some touch screens do. A plain press reports 0, .5 or 1 and
 * says nothing; then the touch is gentle, a little weightier towards the bottom of a pad.
 */
export function velocityOf(event: PointerLike, lean: number): number {
  const { pressure } = event;
  const real = event.pointerType !== "mouse" && pressure > 0 && pressure !== 0.5 && pressure < 1;
  if (real) return Math.round(30 + 75 * Math.sqrt(pressure));
  return Math.round(GENTLE + 6 * Math.max(-1, Math.min(1, lean)));
}

type Element = Pick<EventTarget, "addEventListener" | "removeEventListener"> & {
  setPointerCapture?(id: number): void;
};

/** Listens on an element until the returned function is called. */
export function listenTouch(element: Element, surface: Surface): () => void {
  const held = new Map<number, Spot | null>(); // pointers that are down, and what they sound
  const name = (id: number): string => `touch ${id}`;

  const play = (event: PointerEvent, spot: Spot | null): void => {
    held.set(event.pointerId, spot);
    if (spot) surface.down(name(event.pointerId), spot, velocityOf(event, spot.lean), event);
  };
  const down = (raw: Event): void => {
    const event = raw as PointerEvent;
    // Only the main button of a mouse plays; the others keep their menus.
    if (event.button > 0 || held.has(event.pointerId)) return;
    const spot = surface.at(event.clientX, event.clientY, null);
    if (!spot) return;
    try {
      element.setPointerCapture?.(event.pointerId);
    } catch {
      // the pointer is gone already; its release follows
    }
    play(event, spot);
  };
  const move = (raw: Event): void => {
    const event = raw as PointerEvent;
    const before = held.get(event.pointerId);
    if (before === undefined) return;
    const spot = surface.at(event.clientX, event.clientY, before);
    if (spot?.place === before?.place) return;
    if (before) surface.up(name(event.pointerId), event.timeStamp);
    play(event, spot);
  };
  const up = (raw: Event): void => {
    const event = raw as PointerEvent;
    const spot = held.get(event.pointerId);
    if (spot === undefined) return;
    held.delete(event.pointerId);
    if (spot) surface.up(name(event.pointerId), event.timeStamp);
  };
  const ends = ["pointerup", "pointercancel", "pointerleave", "lostpointercapture"];
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  for (const end of ends) element.addEventListener(end, up);
  return () => {
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", move);
    for (const end of ends) element.removeEventListener(end, up);
    for (const [id, spot] of held) if (spot) surface.up(name(id), performance.now());
    held.clear();
  };
}
