/**
 * What can be chosen on the page now, one after another, for whoever goes through it with a switch: the
 * buttons that are seen, groups of choices as one choice with its own behind it. What an element sounds
 * like stands in its `data-cue`; what cannot be taken back, in `data-weighty`: it is asked about once more.
 */
import { type CueName, isCue } from "../input/cues";
import { t } from "../texts";

export interface Choice {
  readonly name: string;
  readonly cue: CueName | null;
  /** What is outlined while it is offered. */
  readonly element: HTMLElement | null;
  /** Does it; what it leads to, where that is further choices. */
  take(): readonly Choice[] | void;
}

const OFFERED = "button, a[href], select, input[type=range], input[type=checkbox], fieldset, summary";
// Pads are played, not chosen; what lies in a group comes with it.
const LEFT_OUT = "[data-play], [data-pad], fieldset *, [aria-disabled=true], [disabled]";
/** What comes first: what one needs soonest. */
const FIRST: readonly (CueName | null)[] = ["back", "rest", "finish", "begin", "start", "keep", "go", "again"];

/** What is asked about at this moment: an open dialog, or the whole page. */
export function scope(): HTMLElement {
  return (
    document.querySelector<HTMLElement>("dialog[open]") ??
    document.querySelector<HTMLElement>("[role=dialog]") ??
    document.body
  );
}

export function choices(within: HTMLElement): readonly Choice[] {
  const found = [...within.querySelectorAll<HTMLElement>(OFFERED)].filter(
    (element) =>
      !element.matches(LEFT_OUT) &&
      !folded(element, within) &&
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
  );
  return found.map(choice).toSorted((a, b) => rank(a) - rank(b));
}

/** Whether it comes with a fold of what is asked about, whose name is offered instead of it. */
function folded(element: HTMLElement, within: HTMLElement): boolean {
  const from = element.matches("summary") ? element.parentElement : element;
  if (from === within) return true; // the name of what is asked about
  const fold = (from === element ? from : from?.parentElement)?.closest("details");
  return fold != null && fold !== within && within.contains(fold);
}

function rank(one: Choice): number {
  if (one.element?.dataset.asked !== undefined) return -1; // what a question can be answered with
  const place = FIRST.indexOf(one.cue);
  return place < 0 ? FIRST.length : place;
}

/** A choice that is no element of the page. */
export function act(name: string, cue: CueName | null, take: () => readonly Choice[] | void): Choice {
  return { name, cue, element: null, take };
}

function choice(element: HTMLElement): Choice {
  const cue = isCue(element.dataset.cue) ? element.dataset.cue : null;
  const name = nameOf(element);
  const fold = element.matches("summary") ? element.parentElement : null;
  if (fold instanceof HTMLDetailsElement) return { name, cue: "ask", element, take: () => unfold(fold) };
  const own = behind(element);
  if (own !== null) return { name, cue: "ask", element: seen(element), take: () => own };
  const click: Choice = { name, cue, element: seen(element), take: () => void element.click() };
  if (element.dataset.weighty === undefined) return click;
  const no = act(t("scan.no"), "leave", () => undefined);
  return { ...click, take: () => [no, { ...click, name: t("scan.sure", { name }) }] };
}

/** What was folded away can be seen only now. */
function unfold(fold: HTMLDetailsElement): readonly Choice[] {
  fold.open = true;
  return [act(t("scan.back"), "leave", () => undefined), ...choices(fold)];
}

/** The choices behind one that is a group, the way back among them; null where it is none. */
function behind(element: HTMLElement): readonly Choice[] | null {
  const back = act(t("scan.back"), "leave", () => undefined);
  if (element instanceof HTMLInputElement) return element.type === "range" ? steps(element, back) : null;
  const at = (one: Choice, place: HTMLElement): Choice => ({ ...one, element: seen(place) });
  if (element instanceof HTMLSelectElement) {
    const options = [...element.options].map((option) => act(option.text, null, () => pick(element, option.value)));
    return [back, ...options.map((option) => at(option, element))];
  }
  if (!(element instanceof HTMLFieldSetElement)) return null;
  const inputs = [...element.querySelectorAll("input")];
  return [back, ...inputs.map((input) => at(act(nameOf(input), null, () => input.click()), input))];
}

function pick(select: HTMLSelectElement, value: string): void {
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A slider: steps up or down, again and again, until one goes back. */
function steps(slider: HTMLInputElement, back: Choice): readonly Choice[] {
  const move = (up: boolean) => (): readonly Choice[] => {
    if (up) slider.stepUp(2);
    else slider.stepDown(2);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    return all;
  };
  const all = [act(t("scan.more"), null, move(true)), act(t("scan.less"), null, move(false)), back].map((one) => ({
    ...one,
    element: seen(slider),
  }));
  return all;
}

/** A radio button lies unseen within its label, which is outlined for a box to tick as well. */
function seen(element: HTMLElement): HTMLElement {
  return element.closest<HTMLElement>("label") ?? element;
}

function nameOf(element: HTMLElement): string {
  const label =
    element.getAttribute("aria-label") ??
    (element as HTMLInputElement).labels?.[0]?.textContent ??
    element.querySelector("legend, .name")?.textContent ??
    element.textContent;
  return (label ?? "").replace(/\s+/g, " ").trim();
}
