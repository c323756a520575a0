/**
 * The instrument of the page: begins the sound in the person's gesture, passes on what is to sound,
 * and keeps it alive; when the machine is too slow it begins again with a little more latency.
 */

import { type Breath, onClock } from "../breath/breath";
import type { Heard } from "./exposure";
import type { Instrument, MakerEvent, Own, PartnerNote, Sounded, Timbre } from "./instrument";
import type { FromWorklet, ToWorklet } from "./messages";
import { SoundError, Stage, type Hint } from "./stage";
import { Volume } from "./volume";
import { Watch } from "./watch";

export { SoundError } from "./stage";

const BANK = "/sound/bank.sf3";
const PATIENCE = 10_000; // ms until the sound must be there
const HINTS: readonly Hint[] = ["interactive", 0.02, 0.03];
const FIRST_VOLUME = 0.8;

export interface Counts {
  readonly underruns: number; // drop-outs while something sounded
  readonly late: number; // notes that were softened or left out
  readonly hint: Hint;
  readonly outputLatency: number; // seconds
  readonly rebuilt: number;
}

export class Player implements Instrument {
  /** What became of each note. */
  onSounded: ((report: Sounded) => void) | null = null;
  /** How loud it was, about once a second while something sounds. */
  onHeard: ((heard: Heard) => void) | null = null;
  private readonly volume = new Volume(FIRST_VOLUME);
  private timbre: Timbre = "piano";
  private muted: readonly string[] = [];
  private stage: Stage | null = null;
  private watch: Watch | null = null;
  private opening: Promise<void> | null = null;
  private bank: Promise<ArrayBuffer> | null = null;
  private hint = 0; // which of HINTS
  private heldPedal = false;
  private breathing: { readonly ground: number; readonly breath: Breath } | null = null;
  private next: Stage | null = null; // a slower one, ready to take over in a silent moment
  private rebuilding = false;
  private underruns = 0;
  private late = 0;
  private rebuilt = 0;

  // --- beginning and ending --------------------------------------------------------------------

  /** To be called in the person's gesture. Called again, it only wakes what sleeps. */
  start(): Promise<void> {
    if (this.stage !== null) return this.resume();
    this.opening ??= this.open().finally(() => (this.opening = null));
    return this.opening;
  }

  private async open(): Promise<void> {
    const stage = new Stage(HINTS[this.hint]!, this.volume); // before anything is awaited: the gesture
    try {
      await inTime(stage.open(this.bytes(), this.timbre));
    } catch (error) {
      void stage.close();
      throw error instanceof SoundError ? error : new SoundError("unsupported", String(error));
    }
    this.adopt(stage);
    navigator.mediaDevices?.addEventListener("devicechange", this.deviceChanged);
    document.addEventListener("visibilitychange", this.awake);
  }

  /** The bank, fetched once; it serves every context that this page has. */
  private bytes(): Promise<ArrayBuffer> {
    if (this.bank !== null) return this.bank;
    const fetched = fetchBank();
    fetched.catch(() => (this.bank = null)); // so that it can be tried again
    this.bank = fetched;
    return fetched;
  }

  private adopt(stage: Stage): void {
    this.watch?.stop();
    void this.stage?.close();
    this.stage = stage;
    stage.onMessage = (message) => this.told(message);
    stage.context.onstatechange = () => this.awake();
    this.watch = new Watch(stage, () => void this.slower(), () => void this.rebuild(this.hint));
    stage.tell({ type: "timbre", timbre: this.timbre });
    stage.tell({ type: "mute", muted: this.muted });
    if (this.heldPedal) stage.tell({ type: "pedal", down: true });
    if (this.breathing !== null) this.breathe(this.breathing.ground, this.breathing.breath);
  }

  /** Sound again after the system has suspended or interrupted it. */
  async resume(): Promise<void> {
    const context = this.stage?.context;
    if (context === undefined || context.state === "running" || context.state === "closed") return;
    await inTime(context.resume());
  }

  async close(): Promise<void> {
    navigator.mediaDevices?.removeEventListener("devicechange", this.deviceChanged);
    document.removeEventListener("visibilitychange", this.awake);
    this.watch?.stop();
    await Promise.all([this.stage?.close(), this.next?.close()]);
    this.stage = this.next = this.watch = null;
  }

  // --- keeping alive ---------------------------------------------------------------------------

  private readonly awake = (): void => {
    if (document.visibilityState === "visible") this.resume().catch(() => undefined); // the next gesture tries again
  };

  private readonly deviceChanged = (): void => {
    this.stage?.bridge.forget();
    this.awake();
  };

  private async slower(): Promise<void> {
    if (this.next !== null) return; // one waits already for a silent moment
    if (this.hint + 1 < HINTS.length) await this.rebuild(this.hint + 1);
  }

  /** Another context is made ready beside this one; it takes over as soon as nothing sounds. */
  private async rebuild(hint: number): Promise<void> {
    if (this.rebuilding || this.stage === null) return;
    this.rebuilding = true;
    const dead = hint === this.hint; // then nothing sounds that could be disturbed
    let stage: Stage | null = null;
    try {
      stage = new Stage(HINTS[hint]!, this.volume);
      await inTime(stage.open(this.bytes(), this.timbre));
      if (this.stage === null) throw new Error("closed meanwhile");
      this.hint = hint;
      this.next = stage;
      if (dead || this.stage.quiet) this.takeOver();
    } catch {
      void stage?.close(); // what there is goes on
    } finally {
      this.rebuilding = false;
    }
  }

  private takeOver(): void {
    const { next } = this;
    if (next === null || this.stage === null) return;
    this.next = null;
    this.underruns += this.watch?.underruns ?? 0;
    this.rebuilt++;
    this.adopt(next);
  }

  private told(message: FromWorklet): void {
    if (message.type === "sounded") {
      if (message.report.late) this.late++;
      this.onSounded?.(message.report);
    } else if (message.type === "loud") this.loud(message.energy, message.frames);
    else if (message.type === "quiet" && message.quiet) this.takeOver();
    else if (message.type === "behind") this.watch?.behind();
  }

  /** As it left the volume; a room's share of it is a tenth of a dB and left out. */
  private loud(energy: number, frames: number): void {
    const { stage } = this;
    if (stage === null) return;
    const turned = Math.pow(10, this.volume.at(stage.context.currentTime) / 10);
    this.onHeard?.({ energy: energy * turned, seconds: frames / stage.context.sampleRate });
  }

  get counts(): Counts {
    return {
      underruns: this.underruns + (this.watch?.underruns ?? 0),
      late: this.late,
      hint: this.stage?.hint ?? HINTS[this.hint]!,
      outputLatency: this.outputLatency,
      rebuilt: this.rebuilt,
    };
  }

  // --- clocks ----------------------------------------------------------------------------------

  /** Seconds from rendering to the ear, as far as the browser knows. */
  get outputLatency(): number {
    return this.stage?.outputLatency ?? 0;
  }

  /** The context time of what leaves the device at this moment of the page's clock (ms). */
  contextTimeAt(performanceMs: number): number {
    return this.stage?.bridge.contextTimeAt(performanceMs) ?? 0;
  }

  performanceAt(contextTime: number): number {
    return this.stage?.bridge.performanceAt(contextTime) ?? 0;
  }

  // --- the instrument --------------------------------------------------------------------------

  private tell(message: ToWorklet): void {
    this.stage?.tell(message);
  }

  makerOn(key: string, pitch: number, velocity: number, own?: Own): void {
    this.tell({ type: "on", key, pitch, velocity, own });
  }

  makerOff(key: string): void {
    this.tell({ type: "off", key });
  }

  makerTap(key: string, velocity: number, own?: Own): void {
    this.tell({ type: "tap", key, velocity, own });
  }

  makerAgain(at: number, event: MakerEvent): void {
    this.tell({ type: "again", at: this.stage?.frame(at) ?? 0, event });
  }

  makerPedal(down: boolean): void {
    this.heldPedal = down;
    this.tell({ type: "pedal", down });
  }

  makerOffAll(): void {
    this.heldPedal = false;
    this.tell({ type: "offAll" });
  }

  play({ id, voice, pitch, velocity, at, seconds, planned, timbre }: PartnerNote): void {
    const { stage } = this;
    if (stage === null) return;
    const note = { id, voice, pitch, velocity, planned, timbre, at: stage.frame(at), frames: stage.frame(seconds) };
    stage.tell({ type: "play", note });
  }

  retract(id: number): void {
    this.tell({ type: "retract", id });
  }

  release(id: number, at: number, over: number): void {
    const { stage } = this;
    stage?.tell({ type: "release", id, at: stage.frame(at), over: stage.frame(over) });
  }

  silence(over: number): void {
    this.breathing = null;
    const { stage } = this;
    stage?.tell({ type: "silence", over: stage.frame(over) });
    stage?.hushRoom(over);
  }

  /** The drone of the breathing opener; `breath` on the page's clock, in seconds. */
  breathe(ground: number, breath: Breath): void {
    this.breathing = { ground, breath };
    this.tell({ type: "breathe", ground, breath: this.rendered(breath) });
  }

  follow(breath: Breath): void {
    if (this.breathing !== null) this.breathing = { ...this.breathing, breath };
    this.tell({ type: "follow", breath: this.rendered(breath) });
  }

  leave(): void {
    this.breathing = null;
    this.tell({ type: "leave" });
  }

  private rendered(breath: Breath): Breath {
    const now = performance.now();
    return onClock(breath, now / 1000, this.contextTimeAt(now));
  }

  setTimbre(timbre: Timbre): void {
    this.timbre = timbre;
    this.tell({ type: "timbre", timbre });
  }

  mute(muted: readonly string[]): void {
    this.muted = muted;
    this.tell({ type: "mute", muted });
  }

  setVolume(volume: number): void {
    this.volume.set(volume);
    this.stage?.changeVolume();
  }
}

async function fetchBank(): Promise<ArrayBuffer> {
  try {
    const answer = await fetch(BANK);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return await answer.arrayBuffer();
  } catch (error) {
    throw new SoundError("fetch", `The sounds could not be fetched: ${String(error)}`);
  }
}

/** Waiting for ever, silently, is worse than saying that there is no sound. */
function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new SoundError("timeout", "The sound was not ready in time."));
    }, PATIENCE);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
