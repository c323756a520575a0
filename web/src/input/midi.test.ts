import { describe, expect, it } from "vitest";
import { Midi, type MidiOut } from "./midi";
import { Remembering } from "./testing";

class Out implements MidiOut {
  private readonly duet = new Remembering();
  readonly heard = this.duet.heard;
  readonly pressed = this.duet.pressed;
  readonly of = this.duet.of.bind(this.duet);
  readonly devices: number[] = [];
  readonly feet: string[] = [];
  names: readonly string[] = [];
  gone = 0;
  press(key: string, pitch: number, velocity: number, when: number, device: number): void {
    this.duet.press(key, pitch, velocity, when);
    this.devices.push(device);
  }
  letGo(key: string, when: number): void {
    this.duet.letGo(key, when);
  }
  strike(key: string, velocity: number, when: number): void {
    this.duet.strike(key, velocity, when);
  }
  foot(_key: string, controller: number, down: boolean, when: number): void {
    if (controller === 64) this.duet.pedal(down, when);
    else this.feet.push(`${controller} ${down ? "down" : "up"}`);
  }
  midiConnected(names: readonly string[]): void {
    this.names = names;
  }
  midiGone(): void {
    this.gone += 1;
  }
}

class Input {
  state = "connected";
  onmidimessage: ((event: { data: Uint8Array; timeStamp: number }) => void) | null = null;
  constructor(
    readonly id: string,
    readonly name: string | null,
  ) {}
  send(...data: number[]): void {
    this.onmidimessage?.({ data: Uint8Array.from(data), timeStamp: 7 });
  }
}

class Access {
  readonly inputs = new Map<string, Input>();
  onstatechange: (() => void) | null = null;
  plug(input: Input): void {
    input.state = "connected";
    this.inputs.set(input.id, input);
    this.onstatechange?.();
  }
}

async function rig() {
  const access = new Access();
  const asked: unknown[] = [];
  const out = new Out();
  const navigator = {
    requestMIDIAccess: (options: unknown) => {
      asked.push(options);
      return Promise.resolve(access as unknown as MIDIAccess);
    },
  };
  const keys = new Input("1", "Keys");
  access.plug(keys);
  const midi = new Midi(navigator, out, () => 99);
  expect(await midi.connect()).toBe("heard");
  return { access, asked, out, keys, midi };
}

describe("a MIDI keyboard", () => {
  it("is asked for without system exclusive messages, and once only", async () => {
    const { asked, midi } = await rig();
    await midi.connect();
    expect(asked).toEqual([{ sysex: false }]);
  });

  it("plays notes with their velocity and the time of the event", async () => {
    const { out, keys } = await rig();
    keys.send(0x90, 60, 100);
    expect(out.heard).toEqual([{ what: "press", key: "midi 1 0 60", value: 100, when: 7, who: "you" }]);
    expect(out.pressed.get("midi 1 0 60")).toBe(60);
  });

  it("takes a note of velocity 0 for its end", async () => {
    const { out, keys } = await rig();
    keys.send(0x90, 60, 100);
    keys.send(0x90, 60, 0);
    keys.send(0x90, 62, 0);
    expect(out.pressed.size).toBe(0);
    expect(out.heard.map(({ what }) => what)).toEqual(["press", "letGo"]);
  });

  it("keeps one pitch on two channels apart", async () => {
    const { out, keys } = await rig();
    keys.send(0x90, 60, 80);
    keys.send(0x91, 60, 80);
    keys.send(0x80, 60, 0);
    expect([...out.pressed.keys()]).toEqual(["midi 1 1 60"]);
  });

  it("tells of the pedal only when it crosses the middle", async () => {
    const { out, keys } = await rig();
    for (const value of [0, 20, 63, 64, 90, 127, 80, 64, 63, 10]) keys.send(0xb0, 64, value);
    expect(out.of("pedal").map(({ value }) => value)).toEqual([127, 0]);
  });

  it("tells of foot switches, each by itself, and lets them go when the device goes", async () => {
    const { access, out, keys } = await rig();
    for (const [controller, value] of [[65, 127], [69, 127], [65, 0], [70, 127]] as const) {
      keys.send(0xb0, controller, value);
    }
    keys.state = "disconnected";
    access.onstatechange?.();
    expect(out.feet).toEqual(["65 down", "69 down", "65 up", "69 up"]);
  });

  it("counts devices, and gives who comes back the number that is free", async () => {
    const { access, out, keys } = await rig();
    const other = new Input("2", "Other");
    access.plug(other);
    keys.send(0x90, 60, 80);
    other.send(0x90, 60, 80);
    keys.state = "disconnected";
    access.onstatechange?.();
    access.plug(keys);
    keys.send(0x90, 62, 80);
    expect(out.devices).toEqual([0, 1, 0]);
  });

  it("strikes for the channel of drums", async () => {
    const { out, keys } = await rig();
    keys.send(0x99, 38, 90);
    keys.send(0x89, 38, 0);
    expect(out.heard.map(({ what }) => what)).toEqual(["strike"]);
  });

  it("lets go of notes and pedal when it is pulled out in the middle of a note, and tells so", async () => {
    const { access, out, keys } = await rig();
    keys.send(0xb0, 64, 127);
    keys.send(0x90, 60, 80);
    keys.send(0x90, 64, 80);
    keys.state = "disconnected";
    access.onstatechange?.();
    expect(out.pressed.size).toBe(0);
    expect(out.of("pedal").at(-1)?.value).toBe(0);
    expect(out.of("letGo").every(({ when }) => when === 99)).toBe(true);
    expect(out.gone).toBe(1);
    expect(out.names).toEqual([]);
    keys.send(0x90, 67, 80);
    expect(out.pressed.size).toBe(0);
  });

  it("is heard again when it comes back, and others beside it", async () => {
    const { access, out, keys } = await rig();
    expect(out.names).toEqual(["Keys"]);
    keys.state = "disconnected";
    access.onstatechange?.();
    access.plug(keys);
    access.plug(new Input("2", null));
    expect(out.names).toEqual(["Keys", "MIDI"]);
    keys.send(0x90, 60, 80);
    expect(out.pressed.size).toBe(1);
    expect(out.gone).toBe(1);
  });

  it("lets all notes go on all-notes-off, and on closing", async () => {
    for (const control of [120, 123]) {
      const { out, keys } = await rig();
      keys.send(0x90, 60, 80);
      keys.send(0xb0, control, 0);
      expect(out.pressed.size).toBe(0);
    }
    const { out, keys, midi } = await rig();
    keys.send(0x90, 60, 80);
    midi.close();
    expect(out.pressed.size).toBe(0);
    expect(keys.onmidimessage).toBeNull();
  });

  it("says plainly when the browser has no MIDI or refuses it", async () => {
    const out = new Out();
    expect(await new Midi({}, out).connect()).toBe("missing");
    const refusing = { requestMIDIAccess: () => Promise.reject(new Error("no")) };
    expect(await new Midi(refusing, out).connect()).toBe("refused");
  });

  it("is taken up at Begin only where it was allowed before", async () => {
    for (const state of ["prompt", "denied", "granted"]) {
      let asked = 0;
      const navigator = {
        permissions: { query: () => Promise.resolve({ state }) },
        requestMIDIAccess: () => {
          asked += 1;
          return Promise.resolve(new Access() as unknown as MIDIAccess);
        },
      };
      await new Midi(navigator, new Out()).connectIfAllowed();
      expect(asked, state).toBe(state === "granted" ? 1 : 0);
    }
  });

  it("leaves a device out that is somebody else's, its held notes ended, and takes it up again", async () => {
    const access = new Access();
    const out = new Out();
    let theirs = "";
    const midi = new Midi({ requestMIDIAccess: async () => access as unknown as MIDIAccess }, out, () => 0, (name) => name !== theirs);
    await midi.connect();
    const [one, two] = [new Input("a", "One"), new Input("b", "Two")];
    access.plug(one);
    access.plug(two);
    one.send(0x90, 60, 64);
    theirs = "One";
    midi.again();
    one.send(0x90, 62, 64);
    two.send(0x90, 64, 64);
    expect([...out.pressed.values()]).toEqual([64]);
    expect(out.of("press")).toHaveLength(2);
    expect(out.of("letGo")).toHaveLength(1);
    expect([out.names, midi.names]).toEqual([["Two"], ["One", "Two"]]);
    theirs = "";
    midi.again();
    one.send(0x90, 65, 64);
    expect([...out.pressed.values()]).toEqual([64, 65]);
    expect(out.names).toEqual(["One", "Two"]);
  });
});
