/** Who is in the room, as it was when this page was loaded: when that changes, the page is loaded anew. */
import type { Room } from "./people";

let now = $state.raw<Room | null>(null);

export function settle(room: Room): void {
  now = room;
}

/** In a practice: for whom this page is; null where it is one person's own. */
export function forWhom(): string | null {
  return now?.role === "client" ? (now.person?.name ?? null) : null;
}

/** Nobody is in the room, so nothing can be played. */
export function isEmpty(): boolean {
  return now?.role === "nobody" && !now.locked;
}

/** There is a therapist here, who may be let in on something. */
export function hasTherapist(): boolean {
  return now?.role === "client";
}

/** It is one person's own: a therapist may be elsewhere. */
export function alone(): boolean {
  return now?.role === "solo";
}
