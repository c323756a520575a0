import { mount, unmount } from "svelte";
import { house } from "./care/lock";
import { LiveDuet } from "./duet/live-duet";
import { Player } from "./sound/player";
import InRoom from "./ui/care/InRoom.svelte";
import TherapistsPages from "./ui/care/TherapistsPages.svelte";
import Unlock from "./ui/care/Unlock.svelte";

const app = document.getElementById("app");
if (app === null) throw new Error("The page has no place for the app.");
const target = app;
const PAGES = ["#people", "#therapist"]; // a therapist's: from one to the other the page stays
const here = PAGES.includes(location.hash);
addEventListener("hashchange", () => {
  if (PAGES.includes(location.hash) !== here) location.reload();
});

function open(): void {
  mount(InRoom, { target, props: { duet: new LiveDuet(new Player()) } });
}

function unlock(): void {
  const page = mount(Unlock, { target, props: { opened: () => void unmount(page).then(open) } });
}

if (here) {
  mount(TherapistsPages, { target });
} else {
  // What cannot be asked now is told by the page itself.
  void house()
    .then((found) => found.locked, () => false)
    .then((locked) => (locked ? unlock() : open()));
}
