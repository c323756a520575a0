import { mount } from "svelte";
import { LiveDuet } from "./duet/live-duet";
import { Player } from "./sound/player";
import InRoom from "./ui/care/InRoom.svelte";
import People from "./ui/care/People.svelte";

const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for the app.");
addEventListener("hashchange", () => location.reload()); // each of these is a page of its own
if (location.hash === "#people") mount(People, { target });
else mount(InRoom, { target, props: { duet: new LiveDuet(new Player()) } });
