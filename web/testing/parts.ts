/** Parts of the page by themselves, for the tests: which one, and with what, stands behind the #. */
import "../src/ui/style.css";
import { mount, unmount } from "svelte";
import HelpNow from "../src/ui/care/HelpNow.svelte";

const target = document.getElementById("app");
if (target === null) throw new Error("The page has no place for a part.");
const wanted = new URLSearchParams(location.hash.slice(1));

if (wanted.get("part") === "help-now") {
  const [name, number] = [wanted.get("name"), wanted.get("number")];
  const shown = mount(HelpNow, {
    target,
    props: {
      person: name === null ? null : { name, number: number ?? "" },
      closed: () => {
        void unmount(shown);
        document.title = "closed";
      },
    },
  });
}
