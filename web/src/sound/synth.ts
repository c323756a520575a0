/**
 * Everything that sounds, as numbers: no audio interface, so that it runs in the worklet, in tests
 * and in the tools alike. The maker's notes and the partner's come out apart.
 */

import { BasicSoundBank, SoundBankLoader, SpessaLog, SpessaSynthProcessor } from "spessasynth_core";
import type { Breath } from "../breath/breath";
import { Drone } from "./drone";
import type { MakerEvent, Own, Sounded, Timbre } from "./instrument";
import { LEVELS, type Levels } from "./levels";
import { Limiter } from "./limiter";
import { Maker } from "./maker";
import { QUANTUM } from "./part";
import { Partner, type PartnerNoteAt } from "./partner";
import { timbreWithout } from "./voices";

const VOICE_CAP = 64; // of the bank's own voices; two make one stereo note

export class Synth {
  private readonly bank: SpessaSynthProcessor;
  private readonly maker: Maker;
  private readonly partner: Partner;
  private readonly drone: Drone;
  private readonly limiter: Limiter;
  private readonly makerL = new Float32Array(QUANTUM);
  private readonly makerR = new Float32Array(QUANTUM);
  private readonly partnerL = new Float32Array(QUANTUM);
  private readonly partnerR = new Float32Array(QUANTUM);
  private readonly outputs: Float32Array[][];
  private readonly again: { readonly at: number; readonly event: MakerEvent }[] = []; // by their time
  private frame = 0; // the next one to be rendered
  private limited = true;
  private muted: readonly string[] = [];

  /** Reads the bank; its recordings are decoded when `decode` is called, or when first played. */
  static async load(
    bytes: ArrayBuffer,
    sampleRate: number,
    sounded: (report: Sounded) => void,
    levels: Levels = LEVELS,
  ): Promise<Synth> {
    SpessaLog.setLogLevel(false, false, false);
    await BasicSoundBank.isSF3DecoderReady;
    return new Synth(SoundBankLoader.fromArrayBuffer(bytes), sampleRate, sounded, levels);
  }

  private constructor(
    private readonly recordings: BasicSoundBank,
    readonly sampleRate: number,
    sounded: (report: Sounded) => void,
    levels: Levels,
  ) {
    this.bank = new SpessaSynthProcessor(sampleRate, {
      maxBufferSize: QUANTUM,
      effectsEnabled: false,
      eventsEnabled: false,
    });
    this.bank.setSystemParameter("voiceCap", VOICE_CAP);
    const channels = Maker.channels() + Partner.channels();
    while (this.bank.midiChannels.length < channels) this.bank.createMIDIChannel();
    this.bank.soundBankManager.addSoundBank(recordings, "undersong");
    this.maker = new Maker(this.bank, levels, sounded);
    this.partner = new Partner(this.bank, Maker.channels(), levels, sampleRate, sounded);
    this.drone = new Drone(sampleRate);
    this.limiter = new Limiter(sampleRate);
    const own = [this.makerL, this.makerR];
    this.outputs = [...Array.from({ length: Maker.channels() }, () => own), ...this.partner.outputs()];
    // no channel is a drum kit here: the bank has none
    for (const channel of this.bank.midiChannels) channel.setDrums(false);
    this.maker.prepare();
    this.partner.prepare();
  }

  /** Decode the recordings now, so that no first note has to wait for its own. */
  decode(): void {
    for (const sample of this.recordings.samples) sample.getAudioData();
  }

  /** For measuring only: each note as it is, without limiter, and the partner as loud as the maker. */
  plain(): void {
    this.limited = false;
    this.partner.plain();
  }

  /** The frame at which whatever is asked for now can begin. */
  get now(): number {
    return this.frame;
  }

  /** Notes that sound or wait. */
  get sounding(): number {
    return this.maker.sounding + this.partner.sounding + this.again.length + (this.drone.sounding ? 1 : 0);
  }

  makerOn(key: string, pitch: number, velocity: number, own?: Own): void {
    this.maker.on(key, midi(pitch), Math.max(1, midi(velocity)), this.frame, own);
  }

  makerOff(key: string): void {
    this.maker.off(key);
  }

  makerTap(key: string, velocity: number, own?: Own): void {
    const ends = this.maker.tap(key, Math.max(1, midi(velocity)), this.frame, own);
    if (ends === null) return;
    // of quick taps with one key the last one's end counts
    const earlier = this.again.findIndex(({ event }) => event.type === "off" && event.key === key);
    if (earlier >= 0) this.again.splice(earlier, 1);
    this.makerAgain(ends, { type: "off", key });
  }

  makerPedal(down: boolean): void {
    this.maker.pedal(down);
  }

  makerOffAll(): void {
    this.again.length = 0;
    this.maker.offAll();
  }

  /** What the maker did in a kept take, or the end of a tap, at the frame `at`. */
  makerAgain(at: number, event: MakerEvent): void {
    const place = this.again.findIndex((other) => other.at > at);
    this.again.splice(place < 0 ? this.again.length : place, 0, { at: Math.round(at), event });
  }

  private beginAgain(): void {
    while (this.again.length > 0 && this.again[0]!.at <= this.frame) {
      const { event } = this.again.shift()!;
      if (event.type === "on") this.makerOn(event.key, event.pitch, event.velocity, event.own);
      else if (event.type === "off") this.makerOff(event.key);
      else this.makerTap(event.key, event.velocity, event.own);
    }
  }

  setTimbre(timbre: Timbre): void {
    this.maker.setTimbre(timbre);
  }

  /** Timbres that are not to be heard: each of the partner's notes takes another, or does not sound. */
  mute(muted: readonly string[]): void {
    this.muted = muted;
    this.maker.mute(muted);
  }

  play(note: PartnerNoteAt): void {
    const timbre = timbreWithout(note.voice, note.timbre, this.muted);
    if (timbre === null) return;
    const velocity = Math.max(1, midi(note.velocity));
    this.partner.play({ ...note, timbre, pitch: midi(note.pitch), velocity, at: Math.round(note.at) }, this.frame);
  }

  retract(id: number): void {
    this.partner.retract(id, this.frame);
  }

  /** Gone at the frame `at`, fading over the frames before. */
  release(id: number, at: number, over: number): void {
    this.partner.release(id, Math.round(at), over, this.frame);
  }

  silence(frames: number): void {
    this.partner.silence(frames, this.frame);
    this.drone.silence(this.frame, frames);
  }

  /** The drone of the breathing opener, with a breath on the clock of the frames, in seconds. */
  breathe(ground: number, breath: Breath): void {
    this.drone.start(midi(ground), breath);
  }

  /** Another pace. */
  follow(breath: Breath): void {
    this.drone.follow(breath);
  }

  /** The drone goes, slowly. */
  leave(): void {
    this.drone.leave();
  }

  /** The next `count` frames, of which the first is the context's frame `startFrame`. */
  render(
    outMakerL: Float32Array,
    outMakerR: Float32Array,
    outPartnerL: Float32Array,
    outPartnerR: Float32Array,
    startFrame: number,
    count: number,
  ): void {
    this.frame = startFrame;
    let done = 0;
    while (done < count) {
      this.beginAgain();
      this.partner.begin(this.frame);
      const next = Math.min(this.partner.next, this.again[0]?.at ?? Infinity);
      const until = Math.min(count - done, QUANTUM, next - this.frame);
      this.block(until);
      outMakerL.set(until === QUANTUM ? this.makerL : this.makerL.subarray(0, until), done);
      outMakerR.set(until === QUANTUM ? this.makerR : this.makerR.subarray(0, until), done);
      outPartnerL.set(until === QUANTUM ? this.partnerL : this.partnerL.subarray(0, until), done);
      outPartnerR.set(until === QUANTUM ? this.partnerR : this.partnerR.subarray(0, until), done);
      done += until;
      this.frame += until;
    }
  }

  /** So many frames, into our own buffers; nothing begins within them. */
  private block(count: number): void {
    const { makerL, makerR, partnerL, partnerR } = this;
    makerL.fill(0);
    makerR.fill(0);
    partnerL.fill(0);
    partnerR.fill(0);
    this.partner.clear(count);
    this.bank.processSplit(this.outputs, makerL, makerR, 0, count);
    this.maker.mix(makerL, makerR, 0, count);
    this.partner.mix(partnerL, partnerR, [makerL, makerR], this.frame, count);
    this.drone.mix(partnerL, partnerR, this.frame, count);
    if (this.limited) this.limiter.process(makerL, makerR, partnerL, partnerR, count);
  }
}

function midi(value: number): number {
  return Math.max(0, Math.min(127, Math.round(value)));
}
