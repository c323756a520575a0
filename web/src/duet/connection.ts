/**
 * The connection to the server: says hello, numbers what the maker does, remembers it until it is
 * on the disk, comes back by itself when it is lost, and sends again what was not acknowledged.
 */

import { forWhom } from "../care/room.svelte";
import { forgetTab, tab, Unknown } from "../care/tab";
import { LOCKED, MOVED, PROTOCOL, STALE, STRANGER, type FromPage, type FromServer, type Input, type Numbered } from "./protocol";

const SOONEST = 120; // ms before the first try to come back
const LATEST = 2000; // and between later ones
const MOST_UNACKNOWLEDGED = 50_000; // far more than ten minutes of playing
const MOST_SOUND = 48_000; // bytes of sound on their way: half a second
const PINGS_AT_FIRST = 16;
const PING_EVERY = 2500; // ms
const RELOADED = "undersong-reloaded"; // a stale tab reloads itself once, not for ever

export interface Hearing {
  message(message: FromServer): void;
  /** The connection is gone; it is being tried again. */
  lost(): void;
  /** Undersong is not running any more, or does not know this browser. */
  closed(): void;
  /** All is locked: nothing is tried again. */
  locked(): void;
}

export class Connection {
  private socket: WebSocket | null = null;
  private tab: string | null = null;
  private next = 1;
  private unacknowledged: Numbered[] = [];
  private wait = SOONEST;
  private pings: ReturnType<typeof setInterval> | null = null;
  private takingOver = false;
  private open = false;
  private left = false;

  /** `beside`: a therapist's page, that sits beside the one that plays. */
  constructor(
    private readonly hearing: Hearing,
    private readonly beside = false,
  ) {}

  /** The tab token of this page; null before it has one. */
  get token(): string | null {
    return this.tab;
  }

  /** Connect, and stay connected. */
  async connect(): Promise<void> {
    try {
      this.tab = await tab();
    } catch (error) {
      return error instanceof Unknown ? this.hearing.closed() : this.again();
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/socket`);
    this.socket = socket;
    socket.onopen = () => {
      const [tab, therapist] = [this.tab ?? "", this.beside];
      this.send({ type: "hello", protocol: PROTOCOL, tab, take_over: this.takingOver, therapist });
      this.takingOver = false;
    };
    socket.onmessage = (event: MessageEvent<string>) => this.heard(JSON.parse(event.data) as FromServer);
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.code);
    };
  }

  private heard(message: FromServer): void {
    if (message.type === "welcome") {
      this.wait = SOONEST;
      this.open = true;
      sessionStorage.removeItem(RELOADED);
    } else if (message.type === "ack") {
      this.unacknowledged = this.unacknowledged.filter((input) => input.seq > message.seq);
    } else if (message.type === "refused" && message.seq !== null) {
      this.unacknowledged = this.unacknowledged.filter((input) => input.seq !== message.seq);
    }
    this.hearing.message(message);
  }

  private lost(code: number): void {
    this.socket = null;
    const wasOpen = this.open;
    this.open = false;
    this.stopPinging();
    if (code === STALE && sessionStorage.getItem(RELOADED) === null) {
      sessionStorage.setItem(RELOADED, "yes");
      location.reload();
      return;
    }
    if (this.left) return;
    if (code === LOCKED) return this.hearing.locked();
    // Nothing of whoever was in the room before stays, also where their page was away while they left.
    if (!this.beside && (code === MOVED || (code === STRANGER && forWhom() !== null))) return location.reload();
    if (code === STRANGER) forgetTab(); // the server was started anew: ask for another token
    if (wasOpen) this.hearing.lost();
    this.again();
  }

  /** It is not wanted any more: it is closed, and not tried again. */
  leave(): void {
    this.left = true;
    this.stopPinging();
    this.socket?.close();
  }

  private again(): void {
    if (this.left) return;
    setTimeout(() => void this.connect(), this.wait);
    this.wait = Math.min(LATEST, this.wait * 1.6);
  }

  /** Become the player: the connection is made anew, asking for it. */
  takeOver(): void {
    this.takingOver = true;
    this.wait = 0;
    this.socket?.close();
  }

  /** Send an input with the next number, and return that; it is remembered until it is on the disk. */
  input(input: Input): number {
    const numbered: Numbered = { ...input, seq: this.next++ };
    this.unacknowledged.push(numbered);
    if (this.unacknowledged.length > MOST_UNACKNOWLEDGED) this.unacknowledged.shift();
    if (this.open) this.send(numbered);
    return numbered.seq;
  }

  /** A new take: numbers go on, nothing of an older one is owed any more. */
  forget(): void {
    this.unacknowledged = [];
  }

  /** Something that is no input: it is not remembered. */
  say(message: FromPage): void {
    if (this.open) this.send(message);
  }

  /** A frame of the microphone. What the line does not take is left out, not sent late. */
  sound(frame: ArrayBuffer): void {
    const { socket } = this;
    if (this.open && socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < MOST_SOUND) socket.send(frame);
  }

  resume(take: string): void {
    this.send({ type: "resume", take });
  }

  /** The take goes on after input `seq`: what came later is sent again, in its order. */
  resumed(seq: number): void {
    this.next = Math.max(this.next, seq + 1);
    for (const input of this.unacknowledged) if (input.seq > seq) this.send(input);
  }

  /** Ask for the session's time: often at first, then now and then. */
  startPinging(): void {
    this.stopPinging();
    for (let n = 0; n < PINGS_AT_FIRST; n++) setTimeout(() => this.ping(), n * 40);
    this.pings = setInterval(() => this.ping(), PING_EVERY);
  }

  private ping(): void {
    if (this.open) this.send({ type: "clock", sent: performance.now() });
  }

  private stopPinging(): void {
    if (this.pings !== null) clearInterval(this.pings);
    this.pings = null;
  }

  private send(message: FromPage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
