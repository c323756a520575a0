/**
 * The duet of this page: what the maker does sounds here at once and goes to the server; what the
 * server answers is placed on the audio clock. Framework-free; the page shows its View.
 */

import { SoundError, type Player } from "../sound/player";
import type { Timbre } from "../sound/instrument";
import { SessionClock } from "./clock";
import { Connection } from "./connection";
import type { Duet, KeptTake } from "./duet";
import { Marks } from "./marks";
import type { FromServer, Play, Welcome } from "./protocol";
import { Rehearing, type Sound } from "./rehearing";
import type { Mark, Phase, Trouble, View } from "./view";

const SILENT_WITHIN = 0.15; // seconds: Rest, or a lost connection
const FROZEN_AFTER = 8000; // ms after Begin without a sound of the maker's
const TAP_SHOWN = 140; // ms
const TAKE = "undersong-take"; // in this tab's own storage: the take it plays

const OPENING: View = {
  phase: "opening",
  trouble: null,
  technique: null,
  because: null,
  saidAt: 0,
  lastOnset: null,
  frozen: false,
  take: null,
  resumable: false,
  outputLatency: null,
  midi: [],
};

type Opening = "begin" | "partner_starts";

export class LiveDuet implements Duet {
  view: View = OPENING;
  private readonly listeners = new Set<(view: View) => void>();
  private readonly connection: Connection;
  private readonly clock = new SessionClock();
  private readonly shown = new Marks();
  private readonly rehearing: Rehearing;
  private readonly pressed = new Map<string, number>(); // key -> pitch
  private take: string | null = sessionStorage.getItem(TAKE);
  private offered: string | null = null; // a take that the server would go on with
  private opening: Opening | null = null; // asked for, to be said once all is ready
  private soundReady = false;
  private welcomed = false;
  private frozenTimer: ReturnType<typeof setTimeout> | null = null;
  private taps = 0;

  constructor(private readonly sound: Player) {
    this.rehearing = new Rehearing(sound, this.shown);
    this.connection = new Connection({
      message: (message) => this.heard(message),
      lost: () => this.lost(),
      closed: () => this.show({ trouble: "closed" }),
    });
    void this.connection.connect();
  }

  // --- for the page --------------------------------------------------------------------------

  subscribe(listener: (view: View) => void): () => void {
    this.listeners.add(listener);
    listener(this.view);
    return () => this.listeners.delete(listener);
  }

  private show(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener(this.view);
  }

  marks(since: number): readonly Mark[] {
    return this.shown.since(since);
  }

  // --- beginning and ending ------------------------------------------------------------------

  begin(): Promise<void> {
    return this.open("begin");
  }

  partnerStarts(): Promise<void> {
    return this.open("partner_starts");
  }

  private async open(opening: Opening): Promise<void> {
    this.stopHearing();
    this.show({ phase: "loading", trouble: this.view.trouble === "sound" ? null : this.view.trouble });
    try {
      await this.sound.start();
    } catch (error) {
      if (!(error instanceof SoundError)) throw error;
      this.show({ phase: "opening", trouble: "sound" });
      return;
    }
    this.soundReady = true;
    this.opening = opening;
    this.proceed();
  }

  /** Once sound and connection are ready: go on with the take there is, or begin another. */
  private proceed(): void {
    if (this.opening === null || !this.soundReady || !this.welcomed) return;
    if (this.offered !== null) {
      this.connection.resume(this.offered);
      return;
    }
    this.shown.clear();
    this.connection.forget();
    this.connection.input({ type: "steer", what: this.opening });
    this.opening = null;
  }

  rest(): void {
    if (this.view.phase !== "playing" && this.view.phase !== "finishing") return;
    this.hush();
    this.connection.input({ type: "rest", time: this.session(performance.now()) });
    this.thaw();
    if (this.view.phase === "playing") this.show({ phase: "resting" }); // a close that is silenced just ends
  }

  comeBack(): void {
    if (this.view.phase !== "resting") return;
    this.connection.input({ type: "steer", what: "begin", time: this.session(performance.now()) });
    this.show({ phase: "playing" });
  }

  finish(): void {
    if (this.view.phase !== "playing" && this.view.phase !== "resting") return;
    this.thaw();
    this.connection.input({ type: "finish", time: this.session(performance.now()) });
    this.show({ phase: "finishing" });
  }

  again(): void {
    this.stopHearing();
    this.show({ ...OPENING, midi: this.view.midi, trouble: this.view.trouble });
  }

  takeOver(): void {
    this.connection.takeOver();
  }

  async keep(): Promise<void> {
    await this.answer("keep", "POST", "kept");
  }

  async erase(): Promise<void> {
    await this.answer("", "DELETE", "gone");
  }

  private async answer(path: string, method: string, phase: Phase): Promise<void> {
    const take = this.view.take;
    if (take === null) return;
    await call(`/api/takes/${take.id}${path && `/${path}`}`, method);
    this.show({ phase });
  }

  // --- what the maker does -------------------------------------------------------------------

  private get playable(): boolean {
    return ["playing", "resting", "finishing"].includes(this.view.phase);
  }

  press(key: string, pitch: number, velocity: number, when: number): void {
    if (!this.playable) return;
    if (this.pressed.has(key)) this.letGo(key, when);
    this.sound.makerOn(key, pitch, velocity);
    this.pressed.set(key, pitch);
    this.connection.input({ type: "note", on: true, time: this.session(when), pitch, velocity });
    this.shown.begin(key, pitch, velocity, when);
    this.onset(when);
  }

  letGo(key: string, when: number): void {
    const pitch = this.pressed.get(key);
    if (pitch === undefined) return;
    this.pressed.delete(key);
    this.sound.makerOff(key);
    this.shown.end(key, when);
    // two keys may hold one pitch: it ends with the last of them
    if (![...this.pressed.values()].includes(pitch)) {
      this.connection.input({ type: "note", on: false, time: this.session(when), pitch });
    }
  }

  strike(key: string, velocity: number, when: number): void {
    if (!this.playable) return;
    this.sound.makerTap(key, velocity);
    this.connection.input({ type: "tap", time: this.session(when), velocity });
    this.pebble(velocity, when);
    this.onset(when);
  }

  private pebble(velocity: number, when: number): void {
    const id = `tap ${this.taps++}`;
    this.shown.begin(id, null, velocity, when);
    this.shown.end(id, when + TAP_SHOWN);
  }

  pedal(down: boolean, when: number): void {
    if (!this.playable) return;
    this.sound.makerPedal(down);
    const value = down ? 127 : 0;
    this.connection.input({ type: "control", time: this.session(when), control: 64, value });
  }

  letGoAll(when: number): void {
    for (const key of [...this.pressed.keys()]) this.letGo(key, when);
    this.sound.makerOffAll();
  }

  private onset(when: number): void {
    this.thaw();
    this.show({ lastOnset: when, frozen: false });
  }

  /** When nothing sounds for a while after Begin, one pad glows. */
  private mayFreeze(): void {
    this.thaw();
    this.frozenTimer = setTimeout(() => {
      if (this.view.phase === "playing") this.show({ frozen: true });
    }, FROZEN_AFTER);
  }

  private thaw(): void {
    if (this.frozenTimer !== null) clearTimeout(this.frozenTimer);
    this.frozenTimer = null;
  }

  private session(when: number): number {
    return this.clock.sessionAt(when);
  }

  // --- what the server says ------------------------------------------------------------------

  private heard(message: FromServer): void {
    switch (message.type) {
      case "welcome":
        return this.greeted(message);
      case "role":
        if (message.role === "viewer") this.watch();
        return;
      case "began":
        this.takeUp(message.take, message.now, message.at);
        this.mayFreeze();
        return this.show({ phase: "playing", lastOnset: null });
      case "resumed":
        this.takeUp(message.take, message.now, message.at);
        this.connection.resumed(message.seq);
        this.opening = null;
        if (this.view.phase !== "resting" && this.view.phase !== "finishing") this.show({ phase: "playing" });
        return;
      case "clock":
        this.clock.heard(message.sent, message.at, performance.now());
        if (message.now !== null) this.clock.set(message.now, message.at);
        return;
      case "play":
        return this.play(message);
      case "retract":
        this.sound.retract(message.id);
        return this.shown.retract(String(message.id));
      case "release": {
        const at = this.clock.performanceAt(message.at);
        this.sound.release(message.id, this.sound.contextTimeAt(at), message.over);
        return this.shown.release(String(message.id), at);
      }
      case "chose":
        return this.show({
          technique: message.technique,
          because: message.because,
          saidAt: performance.now(),
        });
      case "pause":
        // the machine slept, or stood still: what was held has ended, and the clocks have parted
        this.hush();
        this.letGoAll(performance.now());
        this.clock.forget();
        this.clock.set(message.now, message.at);
        return this.connection.startPinging();
      case "disk":
        return this.show({ trouble: message.well ? null : "disk" });
      case "ended":
        return this.ended({ id: message.take, seconds: message.seconds, notes: message.notes });
      case "refused":
        return this.refused(message.seq);
      case "maker":
        return this.watched(message.event);
      case "ack":
      case "stale":
        return;
    }
  }

  private greeted(welcome: Welcome): void {
    this.welcomed = true;
    this.clock.forget();
    this.connection.startPinging();
    this.offered = welcome.take?.id ?? null;
    if (this.view.trouble === "connection" || this.view.trouble === "closed") this.show({ trouble: null });
    if (welcome.role === "viewer") return this.watch();
    if (this.view.phase === "elsewhere") this.show({ ...OPENING, midi: this.view.midi });
    this.show({ resumable: this.offered !== null });
    if (this.playable) {
      // the connection was lost while playing: the same take, or the question about it
      if (this.offered !== null && this.offered === this.take) this.connection.resume(this.offered);
      else if (welcome.unanswered !== null) this.ended(welcome.unanswered);
      else this.again();
    } else if (this.view.phase === "opening" && welcome.unanswered !== null && this.offered === null) {
      this.ended(welcome.unanswered);
    }
    this.proceed();
  }

  private takeUp(take: string, now: number, at: number): void {
    this.take = take;
    this.offered = null;
    sessionStorage.setItem(TAKE, take);
    this.clock.set(now, at);
    this.show({ outputLatency: this.sound.outputLatency, resumable: false });
  }

  private play(play: Play): void {
    const at = this.clock.performanceAt(play.at);
    const planned = play.kind === "planned";
    if (this.soundReady && this.playable) {
      this.sound.play({
        id: play.id,
        voice: play.voice,
        pitch: play.pitch,
        velocity: play.velocity,
        // A reactive note answers the maker's own, which is as late on its way out as it is itself.
        at: planned ? this.sound.contextTimeAt(at) : this.sound.contextTimeAt(at) + this.sound.outputLatency,
        seconds: play.seconds,
        planned,
      });
    }
    this.shown.play({
      who: "partner",
      id: String(play.id),
      pitch: play.pitch,
      velocity: play.velocity,
      voice: play.voice,
      from: at,
      to: at + play.seconds * 1000,
      planned,
    });
  }

  private ended(take: NonNullable<View["take"]>): void {
    sessionStorage.removeItem(TAKE);
    this.take = null;
    this.letGoAll(performance.now());
    this.hush();
    this.show({ phase: take.notes > 0 ? "keep" : "opening", take: take.notes > 0 ? take : null });
  }

  private refused(seq: number | null): void {
    if (seq === null && this.opening !== null && this.offered !== null) {
      this.offered = null; // the take could not be gone on with: begin another
      this.proceed();
    }
  }

  private lost(): void {
    this.welcomed = false;
    this.hush();
    this.show({ trouble: "connection" });
  }

  /** The partner falls silent here, without waiting for the server to say so. */
  private hush(): void {
    const now = performance.now();
    this.sound.silence(SILENT_WITHIN);
    this.shown.silence(now, now + SILENT_WITHIN * 1000);
  }

  private watch(): void {
    this.letGoAll(performance.now());
    this.hush();
    this.opening = null;
    this.show({ phase: "elsewhere" });
  }

  /** Another page plays: its notes are shown here. */
  private watched(event: { type: string }): void {
    const note = event as { type: string; on?: boolean; pitch?: number; velocity?: number };
    const now = performance.now();
    const id = `watched ${note.pitch}`;
    if (note.type === "note" && note.on) this.shown.begin(id, note.pitch ?? null, note.velocity ?? 64, now);
    else if (note.type === "note") this.shown.end(id, now);
    else if (note.type === "tap") this.pebble(note.velocity ?? 64, now);
  }

  // --- sound and devices ---------------------------------------------------------------------

  setTimbre(timbre: Timbre): void {
    this.sound.setTimbre(timbre);
  }

  setVolume(volume: number): void {
    this.sound.setVolume(volume);
  }

  midiConnected(names: readonly string[]): void {
    this.show({ midi: names, trouble: this.view.trouble === "midi-gone" ? null : this.view.trouble });
  }

  midiGone(): void {
    this.show({ trouble: "midi-gone" satisfies Trouble });
  }

  // --- takes ---------------------------------------------------------------------------------

  async takes(): Promise<readonly KeptTake[]> {
    return ((await call("/api/takes", "GET")) as { takes: KeptTake[] }).takes;
  }

  async hear(id: string): Promise<void> {
    this.stopHearing();
    await this.sound.start();
    this.soundReady = true;
    const { sounds } = (await call(`/api/takes/${id}`, "GET")) as { sounds: Sound[] };
    await this.rehearing.start(sounds);
  }

  stopHearing(): void {
    this.rehearing.stop();
  }

  async remove(id: string): Promise<void> {
    await call(`/api/takes/${id}`, "DELETE");
  }

  async keepLater(id: string): Promise<void> {
    await call(`/api/takes/${id}/keep`, "POST");
  }

  fileAddress(id: string, file: "log.jsonl" | "duet.mid"): string {
    return `/api/takes/${id}/${file}`;
  }
}

/** Ask the server; rejects with its own sentence if it says no. */
async function call(address: string, method: string): Promise<unknown> {
  const answer = await fetch(address, { method });
  const read = (await answer.json()) as { error?: string };
  if (!answer.ok) throw new Error(read.error ?? answer.statusText);
  return read;
}
