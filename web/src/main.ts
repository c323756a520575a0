import { mount } from "svelte";
import { LiveDuet } from "./duet/live-duet";
import { Player } from "./sound/player";
import InRoom from "./ui/care/InRoom.svelte";
import TherapistsPages from "./ui/care/TherapistsPages.svelte";

const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for the app.");
const PAGES = ["#people", "#therapist"]; // a therapist's: from one to the other the page stays
const here = PAGES.includes(location.hash);
addEventListener("hashchange", () => {
  if (PAGES.includes(location.hash) !== here) location.reload();
});
if (here) mount(TherapistsPages, { target });
else mount(InRoom, { target, props: { duet: new LiveDuet(new Player()) } });
