import { mount, unmount } from "svelte";
import { LiveDuet } from "./duet/live-duet";
import { Player } from "./sound/player";
import { house } from "./care/lock";
import Therapist from "./ui/care/Therapist.svelte";
import Unlock from "./ui/care/Unlock.svelte";
import Whole from "./ui/care/Whole.svelte";

const app = document.getElementById("app");
if (app === null) throw new Error("The page has no place for the app.");
const target = app;

function open(): void {
  if (location.hash === "#therapist") mount(Therapist, { target });
  else mount(Whole, { target, props: { duet: new LiveDuet(new Player()) } });
}

function unlock(): void {
  const page = mount(Unlock, { target, props: { opened: () => void unmount(page).then(open) } });
}

// What cannot be asked now is told by the page itself.
void house()
  .then((found) => found.locked, () => false)
  .then((locked) => (locked ? unlock() : open()));
