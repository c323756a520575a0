/** A new page is read from its heading, and seen from its top; the very first one is left as the browser gives it. */
let first = true;

export function arrive(heading: HTMLElement): void {
  if (!first) {
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  first = false;
}
