/**
 * Who went ahead in a feature: stretches in which one goes their own way (leader, resister) and the other
 * comes near (follower, dependent), by the roles of `undersong analyse`. All else is nobody's. Pure.
 */
import type { Analysis } from "./review";
import { type Stretch, stretches } from "./segments";

const EPISODE = 5; // seconds of a curve that a role is told of
const AHEAD = ["leader", "resister"];
const NEARER = ["follower", "dependent"];

export function ledBy(analysis: Analysis, feature: string): readonly Stretch<"maker" | "partner">[] {
  const [first, second] = analysis.players;
  const roles = analysis.roles?.[feature];
  const [ones, others] = [roles?.[first ?? ""]?.at ?? [], roles?.[second ?? ""]?.at ?? []];
  const labels = ones.map((one, i) => {
    const other = others[i] ?? "none";
    if (AHEAD.includes(one) && NEARER.includes(other)) return "maker" as const;
    if (AHEAD.includes(other) && NEARER.includes(one)) return "partner" as const;
    return null;
  });
  // A role lies at the middle of what it is told of: an episode of windows.
  const { start, length, step } = analysis.windows;
  return stretches(labels, start, length + EPISODE, step);
}
