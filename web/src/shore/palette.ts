/** The colours of the shore, as the page's own stylesheet has them now. */

export type Tone = readonly [red: number, green: number, blue: number];

const NAMES = {
  skyHigh: "--sky-high",
  skyLow: "--sky-low",
  glow: "--glow",
  water: "--water",
  deep: "--deep",
  line: "--shoreline",
  maker: "--maker",
  makerLight: "--maker-light",
  second: "--second",
  secondLight: "--second-light",
  partner: "--partner",
  partnerDeep: "--partner-deep",
  ink: "--ink",
} as const;

export type Palette = Readonly<Record<keyof typeof NAMES, Tone>>;

/** The same, with the colours of the right one of two makers in place of the maker's. */
export function ofSecond(colours: Palette): Palette {
  return { ...colours, maker: colours.second, makerLight: colours.secondLight };
}

/** Read through an element, so that every way of writing a colour, also the system's own, works. */
export function readPalette(near: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  near.append(probe);
  const tone = (name: string): Tone => {
    probe.style.color = `var(${name})`;
    return parse(getComputedStyle(probe).color);
  };
  const entries = Object.entries(NAMES).map(([key, name]) => [key, tone(name)] as const);
  probe.remove();
  return Object.fromEntries(entries) as unknown as Palette;
}

/** The first three numbers of `rgb(...)`, the form in which browsers give computed colours. */
export function parse(colour: string): Tone {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

export function ink(tone: Tone, alpha = 1): string {
  return `rgba(${tone[0]},${tone[1]},${tone[2]},${alpha.toFixed(3)})`;
}

export function mix(a: Tone, b: Tone, share: number): Tone {
  const part = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * share);
  return [part(0), part(1), part(2)];
}
