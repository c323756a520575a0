/**
 * A therapist's page, beside the one that plays: it shows the duet, steers the partner, plays along and
 * marks moments. It sounds nothing itself; what is played here sounds at the page that plays, where the
 * one loudspeaker of the two is. Framework-free; the page shows its View.
 */
import { SessionClock } from "../duet/clock";
import { Connection } from "../duet/connection";
import { Maker } from "../duet/maker";
import { Marks } from "../duet/marks";
import { type Loudspeaker, Partner } from "../duet/partner";
import type { FromBeside, FromServer, Heard, Marked, Welcome, Wish } from "../duet/protocol";
import type { Mark } from "../duet/view";
import type { Instrument } from "../sound/instrument";
import { marksOf } from "./marking";
import { Playing } from "./playing";

export type Where =
  | "connecting"
  | "nobody" // no take is open
  | "playing"
  | "away" // a take is open, and the page that plays it is not there
  | "over" // the take has ended
  | "lost" // the line is; it is being tried again
  | "closed"; // Undersong is not running any more, or does not know this browser

export interface AsideView {
  readonly where: Where;
  /** The take that is played, or was played last. */
  readonly take: string | null;
  readonly technique: string | null;
  readonly because: string | null;
  readonly heard: Heard | null;
  /** Moments that were marked since this page is open, in the order of marking. */
  readonly marked: readonly Marked[];
  /** Why the last thing that was asked for was not done; the server's own sentence. */
  readonly refused: string;
}

const NOTHING: AsideView = {
  where: "connecting",
  take: null,
  technique: null,
  because: null,
  heard: null,
  marked: [],
  refused: "",
};

const nothing = (): void => undefined;
/** No loudspeaker. */
const SILENT: Loudspeaker & Instrument = {
  makerOn: nothing,
  makerOff: nothing,
  makerTap: nothing,
  makerPedal: nothing,
  makerOffAll: nothing,
  makerAgain: nothing,
  play: nothing,
  retract: nothing,
  release: nothing,
  silence: nothing,
  setTimbre: nothing,
  mute: nothing,
  setVolume: nothing,
  contextTimeAt: () => 0,
  outputLatency: 0,
};

export class Aside {
  view: AsideView = NOTHING;
  readonly playing: Playing;
  private readonly listeners = new Set<(view: AsideView) => void>();
  private readonly connection: Connection;
  private readonly clock = new SessionClock();
  private readonly shown = new Marks();
  private readonly partner = new Partner(SILENT, this.clock, this.shown);
  private readonly maker = new Maker(SILENT, this.clock, this.shown, nothing);

  constructor() {
    this.connection = new Connection(
      {
        message: (message) => this.heard(message),
        lost: () => this.lost(),
        closed: () => this.show({ where: "closed" }),
        locked: () => location.reload(), // the page that opens it again takes its place
      },
      true,
    );
    this.playing = new Playing(this.clock, this.shown, (message) => this.say(message));
    void this.connection.connect();
  }

  subscribe(listener: (view: AsideView) => void): () => void {
    this.listeners.add(listener);
    listener(this.view);
    return () => this.listeners.delete(listener);
  }

  private show(change: Partial<AsideView>): void {
    this.view = { ...this.view, ...change };
    this.playing.open = this.view.where === "playing";
    for (const listener of this.listeners) listener(this.view);
  }

  marks(since: number): readonly Mark[] {
    return this.shown.since(since);
  }

  /** This page is left. */
  leave(): void {
    this.connection.leave();
  }

  get token(): string | null {
    return this.connection.token;
  }

  // --- what is done --------------------------------------------------------------------------

  private say(message: FromBeside): void {
    this.connection.say(message);
  }

  private ask(message: FromBeside): void {
    this.show({ refused: "" });
    this.say(message);
  }

  wish(what: Wish): void {
    this.ask({ type: "steer", what });
  }

  technique(technique: string | null): void {
    this.ask({ type: "steer", what: "technique", technique });
  }

  silence(): void {
    if (this.view.where === "playing" && (this.view.heard?.resting ?? null) === null) this.ask({ type: "rest" });
  }

  comeBack(): void {
    this.ask({ type: "steer", what: "begin" });
  }

  finish(): void {
    this.ask({ type: "finish" });
  }

  /** The take comes to its close after so many minutes from now; null: when somebody finishes it. */
  limit(minutes: number | null): void {
    const seconds = minutes === null ? null : this.clock.sessionAt(performance.now()) + minutes * 60;
    this.ask({ type: "limit", seconds });
  }

  /** The moment at which the key went down is marked. */
  mark(when: number): void {
    if (this.view.where !== "playing" && this.view.where !== "away") return;
    this.ask({ type: "mark", at: Math.max(0, this.clock.sessionAt(when)) });
  }

  /** A mark has another note by now, or is gone (null). */
  noted(id: string, mark: Marked | null): void {
    const marked = this.view.marked.flatMap((one) => (one.id !== id ? [one] : mark === null ? [] : [mark]));
    this.show({ marked });
  }

  // --- what the server says --------------------------------------------------------------------

  private heard(message: FromServer): void {
    switch (message.type) {
      case "welcome":
        return this.greeted(message);
      case "began":
        return this.began(message.take, message.now, message.at);
      case "clock":
        this.clock.heard(message.sent, message.at, performance.now());
        if (message.now !== null) this.clock.set(message.now, message.at);
        return;
      case "hearing":
        return this.show({ heard: message, where: message.player ? "playing" : "away" });
      case "marked":
        if (message.take === this.view.take) this.show({ marked: [...this.view.marked, message.mark] });
        return;
      case "refused":
        return this.show({ refused: message.because });
      case "play":
        return this.partner.play(message, false);
      case "retract":
        return this.partner.retract(message.id);
      case "release":
        return this.partner.release(message.id, message.at, message.over);
      case "chose":
        return this.show({ technique: message.technique, because: message.because });
      case "together":
        return this.shown.together(message.together, performance.now());
      case "maker":
        return this.maker.watched(message.event, performance.now());
      case "pause":
        this.quiet();
        this.clock.forget();
        this.clock.set(message.now, message.at);
        return this.connection.startPinging();
      case "withdrawn":
      case "ended":
        this.quiet();
        return this.show({ where: "over", heard: null, technique: null, because: null });
      case "role":
      case "resumed":
      case "ack":
      case "disk":
      case "microphone":
      case "stale":
        return;
    }
  }

  private greeted(welcome: Welcome): void {
    this.clock.forget();
    this.connection.startPinging();
    if (welcome.take === null || this.view.take !== welcome.take.id) {
      this.show({ where: this.view.take === null ? "nobody" : "over", heard: null, technique: null, because: null });
    } else this.show({ where: "away" }); // until what is heard says otherwise
  }

  private began(take: string, now: number, at: number): void {
    this.clock.set(now, at);
    if (take !== this.view.take) {
      this.shown.clear();
      this.show({ ...NOTHING, take });
      void this.earlier(take);
    }
    this.show({ where: "playing" });
  }

  /** What was marked in this take before the page was opened. */
  private async earlier(take: string): Promise<void> {
    const found = await marksOf(take, this.token ?? "").catch(() => []);
    if (take !== this.view.take) return;
    const known = this.view.marked.map(({ id }) => id);
    this.show({ marked: [...found.filter(({ id }) => !known.includes(id)), ...this.view.marked] });
  }

  private lost(): void {
    this.quiet();
    this.show({ where: "lost", heard: null });
  }

  /** What sounded has ended. */
  private quiet(): void {
    const now = performance.now();
    this.playing.letGoAll(now);
    this.partner.hush();
    this.shown.endAll(now);
  }
}
