/**
 * One take that is looked back at: what is known of it, which place one is at, and what sounds. Nothing
 * plays by itself, and one call makes it silent.
 */
import type { Duet, KeptTake } from "../duet/duet";
import { whose } from "../duet/maker";
import type { Mark } from "../duet/view";
import * as asking from "./asking";
import type { About, Heard, Moment, Rating, Review } from "./review";
import type { Chosen } from "./roll";
import { Laid } from "./runs";
import { beside } from "./segments";
import { around, gliding, moved, opening, turned, type Viewport, zoomed } from "./viewport";

export type Voices = Heard["who"];

const TOLD = 250; // ms between two tellings of the place while it sounds
const NOTHING: About = { arrived: null, left: null, name: null, notes: [], fragments: [], ratings: [] };

/** Where it is heard again. */
export type Hears = Pick<Duet, "hearPart" | "leaveOut" | "stopHearing" | "hearingAt">;

export class Looking {
  sounds: readonly Heard[] = [];
  laid = $state.raw(new Laid([]));
  seconds = $state(0);
  review = $state.raw<Review | null>(null);
  about = $state.raw<About>(NOTHING);
  /** Moments that a therapist marked, where this is a therapist's page. */
  marks = $state.raw<readonly number[]>([]);
  /** Whether it is there to be seen; whether the rest could be worked out; the server's own sentence. */
  state = $state<"coming" | "here" | "failed">("coming");
  rest = $state<"coming" | "here" | "failed">("coming");
  fault = $state("");

  view = $state.raw<Viewport>(opening(0, 0));
  place = $state(0);
  chosen = $state.raw<Chosen | null>(null);
  playing = $state(false);
  without = $state.raw<readonly Voices[]>([]);
  /** The place in this very moment, while it sounds; not told to anybody. */
  live = 0;
  private follows = true; // the picture goes along with what is heard
  private told = 0;
  private turn = 0; // of hearing: what was asked for later counts

  constructor(
    private readonly duet: Hears,
    readonly take: KeptTake,
  ) {}

  get id(): string {
    return this.take.id;
  }

  get moments(): readonly Moment[] {
    return this.review?.moments ?? [];
  }

  // --- what is known ---------------------------------------------------------------------------

  /** What sounded comes first and is drawn; the rest is asked for after that. `drawn`: once it is on the page. */
  async load(drawn: () => Promise<void>): Promise<void> {
    try {
      const heard = await asking.sounded(this.id);
      this.lay(heard.sounds, heard.seconds);
      this.view = opening(heard.seconds, innerWidth);
      this.state = "here";
    } catch (error) {
      this.state = "failed";
      this.fault = sentence(error);
      return;
    }
    await drawn();
    try {
      const review = await asking.review(this.id);
      if (review.sounds.length !== this.sounds.length) this.lay(review.sounds, review.take.seconds);
      this.review = review;
      this.about = review.about;
      this.rest = "here";
    } catch (error) {
      this.rest = "failed";
      this.fault = sentence(error);
    }
  }

  private lay(sounds: readonly Heard[], seconds: number): void {
    this.sounds = sounds;
    this.seconds = seconds;
    this.laid = new Laid(sounds.map(markOf));
  }

  // --- the place -------------------------------------------------------------------------------

  go(place: number): void {
    this.place = this.live = Math.min(Math.max(place, 0), this.seconds);
    this.view = turned(this.view, this.place, this.seconds);
    this.follows = true;
    if (this.playing) void this.hear();
  }

  /** To the next place to hear again (1) or the one before (-1). */
  step(way: 1 | -1): void {
    const found = beside(this.moments, this.place, way);
    if (found !== null) this.go(found);
  }

  zoom(factor: number): void {
    this.view = zoomed(this.view, factor, this.place, this.seconds);
  }

  pan(by: number): void {
    this.follows = false;
    this.view = moved(this.view, by, this.seconds);
  }

  choose(from: number, to: number): void {
    const [first, last] = [Math.min(from, to), Math.max(from, to)].map((at) => Math.min(Math.max(at, 0), this.seconds));
    this.chosen = { from: first as number, to: last as number };
  }

  /** A stretch is chosen and seen, and the place is where it begins. */
  show(from: number, to: number): void {
    this.choose(from, to);
    this.view = around(from, to, this.seconds);
    this.go(from);
  }

  // --- what sounds -----------------------------------------------------------------------------

  /** From the place on, or a stretch. In the person's own press: only there may sound begin. */
  async hear(from = this.place, until?: number): Promise<void> {
    const mine = ++this.turn;
    const begins = until === undefined && from >= this.seconds - 0.1 ? 0 : from;
    this.place = this.live = begins;
    this.view = turned(this.view, begins, this.seconds);
    this.playing = this.follows = true;
    try {
      await this.duet.hearPart(this.sounds, { from: begins, without: this.without, ...(until === undefined ? {} : { until }) });
    } catch (error) {
      this.fault = sentence(error);
    }
    if (mine !== this.turn) return;
    this.playing = false;
    this.place = this.live = until === undefined ? this.seconds : begins;
  }

  silence(): void {
    if (!this.playing) return;
    this.turn += 1;
    this.place = this.live = Math.min(Math.max(this.duet.hearingAt ?? 0, this.live), this.seconds);
    this.playing = false;
    this.duet.stopHearing();
  }

  leaveOut(who: Voices, out: boolean): void {
    this.without = out ? [...this.without, who] : this.without.filter((one) => one !== who);
    this.duet.leaveOut(who, out);
  }

  /** What has passed while it sounds; `passed`: seconds since the last call; `still`: without gliding. */
  pass(passed: number, still: boolean): void {
    const at = this.duet.hearingAt;
    if (!this.playing || at === null) return;
    this.live = Math.min(Math.max(at, this.live), this.seconds);
    const now = performance.now();
    if (now - this.told > TOLD) {
      this.told = now;
      this.place = this.live;
    }
    if (!this.follows) return;
    this.view = still ? turned(this.view, this.live, this.seconds) : gliding(this.view, this.live, this.seconds, passed);
  }

  // --- what a person adds ----------------------------------------------------------------------

  async rename(name: string): Promise<void> {
    await asking.rename(this.id, name);
    this.about = { ...this.about, name: name.trim() || null };
  }

  async write(at: number, text: string): Promise<void> {
    const note = await asking.write(this.id, at, text);
    this.about = { ...this.about, notes: [...this.about.notes, note] };
  }

  async say(at: number, sound: Blob): Promise<void> {
    const note = await asking.say(this.id, at, sound);
    this.about = { ...this.about, notes: [...this.about.notes, note] };
  }

  async strike(note: string): Promise<void> {
    await asking.strike(this.id, note);
    this.about = { ...this.about, notes: this.about.notes.filter((one) => one.id !== note) };
  }

  async keepPart(name: string): Promise<void> {
    if (this.chosen === null) return;
    const part = await asking.keepPart(this.id, this.chosen.from, this.chosen.to, name);
    this.about = { ...this.about, fragments: [...this.about.fragments, part] };
  }

  async dropPart(fragment: string): Promise<void> {
    await asking.dropPart(this.id, fragment);
    this.about = { ...this.about, fragments: this.about.fragments.filter((one) => one.id !== fragment) };
  }

  async rate(rating: Rating): Promise<void> {
    await asking.rate(this.id, rating);
    const others = this.about.ratings.filter((one) => one.at !== rating.at || one.by !== rating.by);
    this.about = { ...this.about, ratings: [...others, rating] };
  }

  hide(): Promise<void> {
    return asking.hide(this.id);
  }
}

function markOf(sound: Heard, number: number): Mark {
  const by = sound.who === "partner" ? undefined : whose(sound.maker ?? "");
  return {
    who: sound.who,
    id: String(number),
    ...(by === undefined ? {} : { by }),
    pitch: sound.pitch,
    velocity: sound.velocity,
    voice: sound.voice,
    from: sound.from * 1000,
    to: sound.to * 1000,
    planned: false,
  };
}

/** What the server said, which is a sentence; of anything else nothing can be told. */
function sentence(error: unknown): string {
  return error instanceof Error && error.message.endsWith(".") ? error.message : "";
}
