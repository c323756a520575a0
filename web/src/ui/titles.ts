/** What the window is called: the page's own name first, since that is what is read. */
import type { Phase } from "../duet/view";
import { t, type TextKey } from "../texts";

const TITLES: Readonly<Record<Phase, TextKey>> = {
  opening: "opening.title",
  loading: "loading.title",
  breathing: "breathing.title",
  playing: "play.title",
  resting: "play.title",
  finishing: "play.title",
  keep: "keep.title",
  kept: "kept.title",
  gone: "gone.title",
  elsewhere: "elsewhere.title",
};

/** Pages of care, which lie before or over the others. */
export type Care = "arrive" | "consent" | "intake" | "leave";
const CARE: Readonly<Record<Care, TextKey>> = {
  arrive: "arrive.title",
  consent: "consent.title",
  intake: "intake.title",
  leave: "leave.title",
};

/** `looking`: at what was kept; `checking`: the sound, before the first page is gone on from. */
export function titleOf(phase: Phase, looking: boolean, checking: boolean, care: Care | null): string {
  const own = care !== null ? CARE[care] : looking ? "takes.title" : phase === "opening" && checking ? "check.title" : TITLES[phase];
  return own === "opening.title" ? t(own) : `${t(own)} · ${t("opening.title")}`;
}
