/** What is shared with the therapist here, as this page knows it: asked for once, when it is first looked for. */
import { type Kind, share, sharedNow } from "./people";

let items = $state.raw<ReadonlySet<string> | null>(null);
let asked = false;

function named(kind: Kind, id: string): string {
  return `${kind} ${id}`;
}

/** null: not known yet. */
export function isShared(kind: Kind, id: string): boolean | null {
  if (!asked) {
    asked = true;
    void sharedNow().then(
      (now) =>
        (items = new Set([
          ...now.takes.map((one) => named("take", one)),
          ...now.answers.map((one) => named("answer", one)),
          ...(now.intake ? [named("intake", "intake")] : []),
        ])),
      () => (asked = false),
    );
  }
  return items === null ? null : items.has(named(kind, id));
}

/** Rejects with the server's own sentence. */
export async function change(kind: Kind, id: string, shared: boolean): Promise<void> {
  await share(kind, id, shared);
  const now = new Set(items ?? []);
  if (shared) now.add(named(kind, id));
  else now.delete(named(kind, id));
  items = now;
}
