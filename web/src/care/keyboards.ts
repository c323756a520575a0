/**
 * Which MIDI keyboard is whose, where two windows on one machine hear the same ones: a therapist's page names
 * its own, and the page that plays leaves that one out for as long as the other is open.
 *
 * A name is held by a lock of the browser's, which ends with its page, whatever ends it.
 */
import { Midi, type MidiAnswer, type MidiOut } from "../input/midi";
import type { Playing } from "./playing";

const LOCK = "undersong keyboard: ";
const SUSTAIN = 64; // MIDI controller
const CHANNEL = "undersong keyboards";

interface Locked {
  readonly locks?: LockManager;
}

/** The keyboards that a therapist's page holds, for the page that leaves them out. */
export class KeyboardsBeside {
  private names: readonly string[] = [];
  private readonly awaited = new Set<string>();
  private readonly channel = new BroadcastChannel(CHANNEL);

  constructor(
    private readonly navigator: Locked,
    private readonly changed: () => void,
  ) {
    this.channel.onmessage = () => void this.look();
    void this.look();
  }

  private async look(): Promise<void> {
    const { locks } = this.navigator;
    const held = (await locks?.query())?.held ?? [];
    this.names = held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : []));
    this.changed();
    for (const name of this.names) {
      if (this.awaited.has(name)) continue;
      this.awaited.add(name);
      // whoever waits for the lock gets it when the other page has let it go, or is gone
      void locks?.request(LOCK + name, () => this.awaited.delete(name)).then(() => this.look());
    }
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  close(): void {
    this.channel.close();
  }
}

/** The keyboard of a therapist's page: none until one is named. */
export class OwnKeyboard {
  private readonly midi: Midi;
  private mine: string | null = null;
  private release: (() => void) | null = null;
  private readonly channel = new BroadcastChannel(CHANNEL);

  constructor(
    private readonly navigator: Navigator,
    playing: Playing,
    names: (names: readonly string[]) => void,
  ) {
    const out: MidiOut = {
      press: (key, pitch, velocity, when) => playing.press(key, pitch, velocity, when),
      letGo: (key, when) => playing.letGo(key, when),
      strike: (key, velocity, when) => playing.strike(key, velocity, when),
      foot: (_key, controller, down, when) => {
        if (controller === SUSTAIN) playing.pedal(down, when);
      },
      midiConnected: () => names(this.midi.names),
      midiGone: () => undefined,
    };
    this.midi = new Midi(navigator, out, undefined, (name) => name === this.mine);
  }

  connect(): Promise<MidiAnswer> {
    return this.midi.connect();
  }

  /** From now on this one plays here, and nowhere else. */
  choose(name: string | null): void {
    this.release?.();
    this.release = null;
    this.mine = name;
    this.midi.again();
    const locks = (this.navigator as Locked).locks;
    if (name === null || locks === undefined) return this.tell();
    void locks.request(LOCK + name, () => {
      if (this.mine !== name) return;
      this.tell();
      return new Promise<void>((done) => (this.release = done));
    });
  }

  private tell(): void {
    this.channel.postMessage("changed");
  }

  close(): void {
    this.release?.();
    this.tell();
    this.channel.close();
    this.midi.close();
  }
}
