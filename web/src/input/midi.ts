/**
 * MIDI keyboards. Never with system exclusive messages; asked for from a button, or taken up at
 * Begin where the browser already allows it. A device that is pulled out lets its notes go.
 */
/** Where what is played on MIDI devices goes; `device` counts them, from 0, in the order of coming. */
export interface MidiOut {
  press(key: string, pitch: number, velocity: number, when: number, device: number): void;
  letGo(key: string, when: number): void;
  strike(key: string, velocity: number, when: number, device: number): void;
  /** A pedal or foot switch went down or up: controllers 64 (sustain) to 69. */
  foot(key: string, controller: number, down: boolean, when: number, device: number): void;
  midiConnected(names: readonly string[]): void;
  midiGone(): void;
}

/** "missing": this browser has no MIDI; "refused": the person or the browser said no. */
export type MidiAnswer = "heard" | "missing" | "refused";

interface Asking {
  requestMIDIAccess?(options?: { sysex?: boolean }): Promise<MIDIAccess>;
  permissions?: { query(what: { name: string }): Promise<{ state: string }> };
}

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const FIRST_FOOT = 64; // sustain; then the other pedals, up to
const LAST_FOOT = 69;
const DRUMS = 9; // channel 10 of General MIDI: pads without pitch
const ALL_SOUND_OFF = 120;
const ALL_NOTES_OFF = 123;

/** Whether MIDI may be used without asking. */
export async function alreadyAllowed(navigator: Asking): Promise<boolean> {
  try {
    const answer = await navigator.permissions?.query({ name: "midi" });
    return answer?.state === "granted" && navigator.requestMIDIAccess !== undefined;
  } catch {
    return false; // this browser does not know the permission: ask from the button
  }
}

/** One port's notes, pedal and leave-taking. */
class Port {
  private readonly held = new Set<string>();
  private readonly feet = new Set<number>(); // controllers that are down

  constructor(
    private readonly id: string,
    readonly device: number,
    private readonly out: MidiOut,
  ) {}

  hear(data: Uint8Array, when: number): void {
    const [status = 0, first = 0, second = 0] = data;
    const kind = status & 0xf0;
    const channel = status & 0x0f;
    // The channel is part of the name: a split keyboard may hold one pitch twice.
    const press = `midi ${this.id} ${channel} ${first}`;
    if (kind === NOTE_ON && second > 0) {
      if (channel === DRUMS) {
        this.out.strike(press, second, when, this.device);
        return;
      }
      this.held.add(press);
      this.out.press(press, first, second, when, this.device);
    } else if (kind === NOTE_ON || kind === NOTE_OFF) {
      if (this.held.delete(press)) this.out.letGo(press, when);
    } else if (kind === CONTROL && first >= FIRST_FOOT && first <= LAST_FOOT) {
      this.foot(first, second >= 64, when);
    } else if (kind === CONTROL && (first === ALL_SOUND_OFF || first === ALL_NOTES_OFF)) {
      this.letGo(when);
    }
  }

  /** Half-pedalling sends many values; only crossing 64 counts. */
  private foot(controller: number, down: boolean, when: number): void {
    if (down === this.feet.has(controller)) return;
    if (down) this.feet.add(controller);
    else this.feet.delete(controller);
    this.out.foot(`midi ${this.id} foot ${controller}`, controller, down, when, this.device);
  }

  letGo(when: number): void {
    for (const press of this.held) this.out.letGo(press, when);
    this.held.clear();
    for (const controller of [...this.feet]) this.foot(controller, false, when);
  }
}

export class Midi {
  private access: MIDIAccess | null = null;
  private readonly ports = new Map<MIDIInput, Port>();

  constructor(
    private readonly navigator: Asking,
    private readonly out: MidiOut,
    private readonly now: () => number = () => performance.now(),
    private readonly takes: (name: string) => boolean = () => true,
  ) {}

  /** Every device that is there, also those that are left out. */
  get names(): readonly string[] {
    return [...this.ports.keys()].map(nameOf);
  }

  /** Which devices are left out has changed. */
  again(): void {
    for (const [input, port] of this.ports) if (!this.takes(nameOf(input))) port.letGo(this.now());
    if (this.access) this.tell();
  }

  private tell(): void {
    this.out.midiConnected(this.names.filter(this.takes));
  }

  async connect(): Promise<MidiAnswer> {
    if (this.access) {
      this.look();
      return "heard";
    }
    if (!this.navigator.requestMIDIAccess) return "missing";
    try {
      this.access = await this.navigator.requestMIDIAccess({ sysex: false });
    } catch {
      return "refused";
    }
    this.access.onstatechange = () => this.look();
    this.look();
    return "heard";
  }

  async connectIfAllowed(): Promise<void> {
    if (!this.access && (await alreadyAllowed(this.navigator))) await this.connect();
  }

  close(): void {
    if (this.access) this.access.onstatechange = null;
    this.access = null;
    for (const [input, port] of this.ports) {
      input.onmidimessage = null;
      port.letGo(this.now());
    }
    this.ports.clear();
  }

  /** Takes up devices that came and lets go of those that went. */
  private look(): void {
    const present = new Set<MIDIInput>();
    for (const input of this.access?.inputs.values() ?? []) {
      if (input.state === "connected") present.add(input);
    }
    let left = false;
    for (const [input, port] of this.ports) {
      if (present.has(input)) continue;
      input.onmidimessage = null;
      port.letGo(this.now());
      this.ports.delete(input);
      left = true;
    }
    let came = false;
    for (const input of present) {
      if (this.ports.has(input)) continue;
      this.listen(input);
      came = true;
    }
    if (came || left) this.tell();
    if (left) this.out.midiGone();
  }

  private listen(input: MIDIInput): void {
    const taken = new Set([...this.ports.values()].map(({ device }) => device));
    let device = 0; // who comes back gets the number that is free
    while (taken.has(device)) device += 1;
    const port = new Port(input.id, device, this.out);
    this.ports.set(input, port);
    input.onmidimessage = (event) => {
      if (event.data && this.takes(nameOf(input))) port.hear(event.data, event.timeStamp);
    };
  }
}

function nameOf(input: MIDIInput): string {
  return input.name ?? "MIDI";
}
