/** What is heard, in a therapist's words: claims about sound, with how sure they are. Pure. */
import type { Heard } from "../duet/protocol";
import { known, t } from "../texts";

const FAINT = 0.4; // confidence below which something is said to be faint
const CLEAR = 0.7; // and from which it is said to be clear
const NAMES = ["C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** A maker's name in the log, as it is said; whoever gave themselves another name has that. */
export function makerName(maker: string): string {
  return known("therapist.who", maker) ?? maker;
}

function sure(confidence: number): string {
  if (confidence < FAINT) return t("therapist.faint");
  return confidence < CLEAR ? t("therapist.likely") : t("therapist.clear");
}

export function pulseWords({ pulse }: Heard): string {
  return pulse === null
    ? t("therapist.noPulse")
    : t("therapist.pulse", { bpm: pulse.bpm, sure: sure(pulse.confidence) });
}

export function keyWords({ tonality }: Heard): string {
  if (tonality === null) return t("therapist.noKey");
  const mode = known("therapist.mode", tonality.mode) ?? tonality.mode;
  return t("therapist.key", { tonic: NAMES[tonality.tonic] ?? "", mode, sure: sure(tonality.confidence) });
}

/** How each plays, with the reason, whoever plays alone without a name. */
export function stateWords({ state }: Heard): string {
  const makers = Object.entries(state);
  if (makers.length === 0) return t("therapist.noState");
  return makers
    .map(([maker, { name, because }]) => {
      const said = { name: known("therapist.state", name) ?? name, because };
      return makers.length === 1 && maker === "you"
        ? t("therapist.stateOf", said)
        : t("therapist.stateBy", { who: makerName(maker), ...said });
    })
    .join(" ");
}

export function leadWords({ leading }: Heard): string {
  if (leading === null) return t("therapist.noLead");
  const who = makerName(leading.who);
  if (leading.because === "asked") return t("therapist.leadAsked", { who });
  if (leading.of === 1) return t("therapist.leadFirst", { who });
  return t("therapist.leadBegan", { who, times: leading.times, of: leading.of });
}

/** Every way of playing that can be asked for alone; a close is asked for otherwise. */
export const TECHNIQUES = [
  "tonal-grounding", "rhythmic-grounding", "synchronising", "mirroring", "imitating", "matching", "reflecting",
  "holding", "dialoguing", "accompanying", "extending", "frameworking", "incorporating", "transition",
  "giving-space",
] as const;

/** A technique by its clinical term. */
export function techniqueName(technique: string): string {
  return known("term", technique) ?? technique.replaceAll("-", " ");
}
