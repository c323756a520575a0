/**
 * The duet of this page: what the maker does sounds here at once and goes to the server; what the
 * server answers is placed on the audio clock. Framework-free; the page shows its View.
 */

import type { Breath } from "../breath/breath";
import { isEmpty, NO_SIGN, putSign, type Sign } from "../care/sign";
import type { Heard } from "../sound/exposure";
import type { Timbre } from "../sound/instrument";
import { SoundError, type Player } from "../sound/player";
import { SessionClock } from "./clock";
import { Connection } from "./connection";
import { Ground } from "./ground";
import type { Duet, KeptTake } from "./duet";
import { Ear } from "./ear";
import { Maker } from "./maker";
import { Marks } from "./marks";
import { Partner } from "./partner";
import { type FromServer, type Numbered, THERAPIST, type Welcome, type Wish } from "./protocol";
import { type Part, Rehearing, type Sound } from "./rehearing";
import { addressOf, eraseTake, keepTake, listTakes, NotThere, soundsOf } from "./takes";
import type { Mark, Phase, Trouble, View, Who } from "./view";

const FROZEN_AFTER = 8000; // ms after Begin without a sound of the maker's
const TAKE = "undersong-take"; // in this tab's own storage: the take it plays
/** Techniques that say something while nothing of the partner's sounds. */
const LISTENING = "giving-space";
const ENDING = "ending";
const SILENT_ONES = [LISTENING, ENDING, "rest"];

const OPENING: View = {
  phase: "opening",
  trouble: null,
  technique: null,
  because: null,
  saidAt: 0,
  lastOnset: null,
  frozen: false,
  together: null,
  take: null,
  resumable: false,
  outputLatency: null,
  microphone: false,
  microphoneSaid: "",
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
  private readonly maker: Maker;
  private readonly partner: Partner;
  private readonly ear: Ear;
  private lead: number | null = null;
  private readonly ground: Ground;
  private take: string | null = sessionStorage.getItem(TAKE);
  private offered: string | null = null; // a take that the server would go on with
  private opening: Opening | null = null; // asked for, to be said once all is ready
  private beginning: number | null = null; // the number of the input that opens a take
  private soundReady = false;
  private welcomed = false;
  private chosen = LISTENING; // the technique that answers now
  private partnerPlayed = false; // since it last fell silent
  private frozenTimer: ReturnType<typeof setTimeout> | null = null;
  private sign = NO_SIGN; // that no take has yet
  private lasts: number | null = null; // minutes
  private hearings = 0; // how often something heard again was asked for, or stopped

  constructor(private readonly sound: Player) {
    this.rehearing = new Rehearing(sound, this.shown, (maker) => this.maker.ownOf(maker));
    this.connection = new Connection({
      message: (message) => this.heard(message),
      lost: () => this.lost(),
      closed: () => this.show({ trouble: "closed" }),
      locked: () => this.locked(),
    });
    this.maker = new Maker(sound, this.clock, this.shown, (input) => this.connection.input(input));
    this.partner = new Partner(sound, this.clock, this.shown);
    this.ear = new Ear(this.connection, this.clock, this.shown);
    this.ground = new Ground(sound);
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

  async breathe(): Promise<void> {
    if (await this.ready()) this.show({ phase: "breathing" });
  }

  drone(ground: number, breath: Breath): void {
    if (this.view.phase === "breathing") this.ground.begin(ground, breath);
  }

  follow(breath: Breath): void {
    this.ground.follow(breath);
  }

  private async open(opening: Opening): Promise<void> {
    if (!(await this.ready())) return;
    this.opening = opening;
    this.proceed();
  }

  /** The sound gets ready, as the page says meanwhile; whoever breathes has it already, and sees nothing of it. */
  private async ready(): Promise<boolean> {
    this.stopHearing();
    const past = this.view.trouble === "sound" || this.view.trouble === "store";
    const calm = this.view.phase === "breathing" && this.welcomed;
    this.show({ phase: calm ? "breathing" : "loading", trouble: past ? null : this.view.trouble });
    try {
      await this.sound.start();
    } catch (error) {
      if (!(error instanceof SoundError)) throw error;
      this.show({ phase: "opening", trouble: "sound" });
      return false;
    }
    this.soundReady = true;
    return true;
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
    this.beginning = this.connection.input({ type: "steer", what: this.opening });
    this.opening = null;
  }

  rest(): void {
    if (this.view.phase !== "playing" && this.view.phase !== "finishing") return;
    this.partner.hush();
    this.connection.input({ type: "rest", time: this.session(performance.now()) });
    this.thaw();
    if (this.view.phase === "playing") this.show({ phase: "resting" }); // a close that is silenced just ends
  }

  wish(what: Wish): void {
    if (this.view.phase !== "playing") return;
    this.connection.input({ type: "steer", what, time: this.session(performance.now()) });
  }

  comeBack(): void {
    if (this.view.phase !== "resting") return;
    this.partnerPlayed = false;
    this.connection.input({ type: "steer", what: "begin", time: this.session(performance.now()) });
    this.show({ phase: "playing" });
  }

  finish(): void {
    if (this.view.phase !== "playing" && this.view.phase !== "resting") return;
    this.thaw();
    this.ground.leave();
    this.connection.input({ type: "finish", time: this.session(performance.now()) });
    this.show({ phase: "finishing" });
  }

  again(): void {
    this.stopHearing();
    this.show({ ...OPENING, ...this.devices, trouble: this.view.trouble });
  }

  takeOver(): void {
    this.connection.takeOver();
  }

  async keep(): Promise<void> {
    await this.answer(keepTake, "kept");
  }

  async erase(): Promise<void> {
    await this.answer(eraseTake, "gone");
  }

  private async answer(say: (id: string) => Promise<void>, phase: Phase): Promise<void> {
    if (this.view.take === null) return;
    try {
      await say(this.view.take.id);
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      phase = "gone"; // it was erased elsewhere meanwhile
    }
    this.show({ phase });
  }

  arrive(sign: Sign): void {
    this.sign = sign;
  }

  /** The take has the sign once the server says so; else it is tried again at the end. */
  private async bringSign(take: string): Promise<void> {
    const { sign } = this;
    if (isEmpty(sign)) return;
    try {
      await putSign(take, "arrived", sign);
      if (this.sign === sign) this.sign = NO_SIGN;
    } catch {
      // the music matters more
    }
  }

  // --- what the maker does -------------------------------------------------------------------

  private get playable(): boolean {
    return ["playing", "resting", "finishing"].includes(this.view.phase);
  }

  press(key: string, pitch: number, velocity: number, when: number, who: Who = "you"): void {
    if (this.view.phase === "breathing") return void this.begin(); // any key leads on
    if (!this.playable) return;
    this.maker.press(key, pitch, velocity, when, who);
    this.onset(when);
  }

  letGo(key: string, when: number): void {
    this.maker.letGo(key, when);
  }

  strike(key: string, velocity: number, when: number, who: Who = "you"): void {
    if (!this.playable) return;
    this.maker.strike(key, velocity, when, who);
    this.onset(when);
  }

  pedal(down: boolean, when: number, who: Who = "you"): void {
    if (this.playable) this.maker.pedal(down, when, who);
  }

  letGoAll(when: number): void {
    this.maker.letGoAll(when);
  }

  private onset(when: number): void {
    this.thaw();
    this.ground.makerPlayed(when);
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
        this.beginning = null;
        this.takeUp(message.take, message.now, message.at);
        if (this.lead !== null) this.connection.input({ type: "join", lead: this.lead });
        this.mayFreeze();
        return this.show({ phase: "playing", lastOnset: null });
      case "resumed":
        this.takeUp(message.take, message.now, message.at);
        this.connection.resumed(message.seq);
        return this.goOn(message.resting);
      case "clock":
        this.clock.heard(message.sent, message.at, performance.now());
        if (message.now !== null) this.clock.set(message.now, message.at);
        return;
      case "play":
        this.partner.play(message, this.soundReady && this.playable);
        this.ground.partnerPlays(message.voice);
        return this.played();
      case "retract":
        return this.partner.retract(message.id);
      case "release":
        return this.partner.release(message.id, message.at, message.over);
      case "chose":
        return this.chose(message.technique, message.because);
      case "together":
        return this.moved(message.together);
      case "pause":
        // the machine slept, or stood still: what was held has ended, and the clocks have parted
        this.partner.hush();
        this.letGoAll(performance.now());
        this.maker.besideGone(performance.now());
        this.ear.endAll();
        this.clock.forget();
        this.clock.set(message.now, message.at);
        this.ear.begin();
        return this.connection.startPinging();
      case "disk":
        return this.show({ trouble: message.well ? null : "disk" });
      case "ended":
        return this.ended({ id: message.take, seconds: message.seconds, notes: message.notes });
      case "refused":
        return this.refused(message.seq);
      case "microphone":
        return this.show({ microphoneSaid: message.because });
      case "maker":
        return this.shownOf(message.event);
      case "withdrawn":
        return this.withdrawn();
      case "ack":
      case "stale":
      case "nobody":
      case "hearing":
      case "marked":
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
    if (this.view.phase === "elsewhere") this.show({ ...OPENING, ...this.devices });
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

  /** The same take again: after a lost line as it was; from the opening page, as it was asked for. */
  private goOn(resting: boolean): void {
    const asked = this.opening;
    this.opening = null;
    if (asked !== null) {
      if (resting || asked === "partner_starts") this.connection.input({ type: "steer", what: asked });
      this.show({ phase: "playing", technique: null, because: null });
      this.mayFreeze();
    } else if (!this.playable) {
      this.show({ phase: resting ? "resting" : "playing" });
    }
  }

  private takeUp(take: string, now: number, at: number): void {
    this.take = take;
    this.offered = null;
    this.partnerPlayed = false;
    sessionStorage.setItem(TAKE, take);
    this.clock.set(now, at);
    this.ear.begin();
    void this.bringSign(take);
    if (this.lasts !== null) this.connection.say({ type: "limit", seconds: this.lasts * 60 });
    this.show({ outputLatency: this.sound.outputLatency, resumable: false });
  }

  /** Until the partner sounds, it listens, whatever it means to do then. */
  private chose(technique: string, because: string): void {
    if (SILENT_ONES.includes(technique)) this.partnerPlayed = false;
    this.chosen = technique;
    if (technique === ENDING && (this.view.phase === "playing" || this.view.phase === "resting")) {
      this.thaw(); // the close was asked for elsewhere, or its time has come
      this.ground.leave();
      this.show({ phase: "finishing" });
    }
    const told = this.partnerPlayed || SILENT_ONES.includes(technique) ? technique : LISTENING;
    this.show({ technique: told, because, saidAt: performance.now() });
  }

  private moved(together: boolean): void {
    const now = performance.now();
    this.shown.together(together, now);
    this.show({ together: together ? now : null });
  }

  private played(): void {
    if (this.partnerPlayed || SILENT_ONES.includes(this.chosen)) return;
    this.partnerPlayed = true;
    this.show({ technique: this.chosen, saidAt: performance.now() });
  }

  private ended(take: NonNullable<View["take"]>): void {
    if (take.notes > 0) void this.bringSign(take.id);
    sessionStorage.removeItem(TAKE);
    this.take = null;
    this.letGoAll(performance.now());
    this.maker.besideGone(performance.now());
    this.ear.endAll();
    this.partner.hush();
    this.show({ phase: take.notes > 0 ? "keep" : "opening", together: null, take: take.notes > 0 ? take : null });
  }

  /** Whoever plays does not want to be listened to any more: the take is gone, also one that was asked about. */
  private withdrawn(): void {
    if (this.view.phase === "elsewhere") return;
    sessionStorage.removeItem(TAKE);
    this.take = this.offered = null;
    this.sign = NO_SIGN;
    this.thaw();
    this.letGoAll(performance.now());
    this.ear.endAll();
    this.ground.leave();
    this.partner.hush();
    this.show({ ...OPENING, ...this.devices, trouble: this.view.trouble });
  }

  private refused(seq: number | null): void {
    if (seq !== null && seq === this.beginning) {
      this.beginning = null;
      this.show({ phase: "opening", trouble: "store" });
    } else if (seq === null && this.opening !== null && this.offered !== null) {
      this.offered = null; // the take could not be gone on with: begin another
      this.proceed();
    }
  }

  private lost(): void {
    this.welcomed = false;
    this.maker.besideGone(performance.now());
    this.ear.endAll();
    if (this.view.phase !== "breathing") this.partner.hush(); // a breath needs no line
    this.moved(false); // for the server, everybody has left
    this.show({ trouble: "connection" });
  }

  /** All is locked: this page forgets what it knew, and the one that opens it again takes its place. */
  private locked(): void {
    this.lost();
    location.reload();
  }

  private watch(): void {
    this.letGoAll(performance.now());
    this.partner.hush();
    this.opening = null;
    this.show({ phase: "elsewhere" });
  }

  // --- sound and devices ---------------------------------------------------------------------

  setTimbre(timbre: Timbre): void {
    this.sound.setTimbre(timbre);
    this.maker.setTimbre(timbre);
  }

  setTimbres(left: Timbre, right: Timbre): void {
    this.maker.setTimbres(left, right);
  }

  limit(minutes: number | null): void {
    this.lasts = minutes;
  }

  mute(timbres: readonly string[]): void {
    this.sound.mute(timbres);
  }

  setVolume(volume: number): void {
    this.sound.setVolume(volume);
  }

  private get devices(): Pick<View, "midi" | "microphone"> {
    return { midi: this.view.midi, microphone: this.view.microphone };
  }

  nameVoice(maker: string): void {
    this.ear.name(maker);
  }

  setLead(lead: number | null): void {
    this.lead = lead;
  }

  microphoneOn(rate: number): void {
    this.ear.on(rate);
    const trouble = this.view.trouble === "microphone-lost" ? null : this.view.trouble;
    this.show({ microphone: true, microphoneSaid: "", trouble });
    if (this.playable) this.ear.begin();
  }

  microphoneSound(samples: Int16Array<ArrayBuffer>, when: number): void {
    this.ear.sound(samples, when);
  }

  microphoneOff(lost: boolean): void {
    this.ear.off();
    this.show({ microphone: false, trouble: lost ? "microphone-lost" : this.view.trouble });
  }

  /** What the microphone gave, or what somebody plays at another page. */
  private shownOf(event: Numbered): void {
    const now = performance.now();
    if ("maker" in event && event.maker === THERAPIST) return this.maker.beside(event, now, this.soundReady && this.playable);
    if (!this.ear.open) return this.maker.watched(event, now);
    const from = this.ear.heard(event);
    if (from !== null) this.onset(from);
  }

  onHeard(listener: (heard: Heard) => void): () => void {
    this.sound.onHeard = listener;
    return () => (this.sound.onHeard = null);
  }

  midiConnected(names: readonly string[]): void {
    this.show({ midi: names, trouble: this.view.trouble === "midi-gone" ? null : this.view.trouble });
  }

  midiGone(): void {
    this.show({ trouble: "midi-gone" satisfies Trouble });
  }

  // --- takes ---------------------------------------------------------------------------------

  takes(): Promise<readonly KeptTake[]> {
    return listTakes();
  }

  hear(id: string): Promise<void> {
    return this.rehear(() => soundsOf(id), {});
  }

  hearPart(sounds: readonly Sound[], part: Part): Promise<void> {
    return this.rehear(() => sounds, part);
  }

  /** Whoever stops it while the sound still gets ready is not surprised by it. */
  private async rehear(sounds: () => readonly Sound[] | Promise<readonly Sound[]>, part: Part): Promise<void> {
    this.stopHearing();
    const asked = this.hearings;
    await this.sound.start();
    this.soundReady = true;
    const found = await sounds();
    if (asked === this.hearings) await this.rehearing.start(found, part);
  }

  get hearingAt(): number | null {
    return this.rehearing.at;
  }

  leaveOut(who: Sound["who"], out: boolean): void {
    this.rehearing.leaveOut(who, out);
  }

  stopHearing(): void {
    this.hearings += 1;
    this.rehearing.stop();
  }

  remove(id: string): Promise<void> {
    return eraseTake(id);
  }

  keepLater(id: string): Promise<void> {
    return keepTake(id);
  }

  fileAddress(id: string, file: "log.jsonl" | "duet.mid"): string {
    return addressOf(id, file);
  }
}
