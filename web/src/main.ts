import { mount } from "svelte";
import { LiveDuet } from "./duet/live-duet";
import { Player } from "./sound/player";
import App from "./ui/App.svelte";
import Therapist from "./ui/care/Therapist.svelte";

const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for the app.");
if (location.hash === "#therapist") mount(Therapist, { target });
else mount(App, { target, props: { duet: new LiveDuet(new Player()) } });
