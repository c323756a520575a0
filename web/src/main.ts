import { mount } from "svelte";
import { LiveDuet } from "./duet/live-duet";
import { Player } from "./sound/player";
import { house } from "./care/lock";
import Whole from "./ui/care/Whole.svelte";

const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for the app.");
const duet = new LiveDuet(new Player());
// What cannot be asked is told by the page itself.
void house()
  .then((found) => found.locked, () => false)
  .then((locked) => mount(Whole, { target, props: { duet, locked } }));
