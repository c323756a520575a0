import { describe, expect, it } from "vitest";
import { begin } from "../breath/breath";
import { Ground } from "./ground";

function made() {
  const asked: string[] = [];
  const sound = {
    breathe: () => void asked.push("breathe"),
    follow: () => void asked.push("follow"),
    leave: () => void asked.push("leave"),
  };
  return { asked, ground: new Ground(sound) };
}

describe("the drone carried over into playing", () => {
  it("stays until the partner has a ground of its own; a stroke or a melody is none", () => {
    const { asked, ground } = made();
    ground.begin(48, begin(0, 10));
    ground.partnerPlays("percussion");
    ground.partnerPlays("melody");
    expect(asked).toEqual(["breathe"]);
    ground.partnerPlays("bass");
    ground.partnerPlays("bass");
    expect(asked).toEqual(["breathe", "leave"]);
  });

  it("goes once the maker has played for some seconds, and not before", () => {
    const { asked, ground } = made();
    ground.begin(48, begin(0, 10));
    for (const when of [5000, 6000, 12_900]) ground.makerPlayed(when);
    expect(asked).toEqual(["breathe"]);
    ground.makerPlayed(13_000);
    expect(asked).toEqual(["breathe", "leave"]);
  });

  it("is never asked away, nor to follow, where it does not sound", () => {
    const { asked, ground } = made();
    ground.partnerPlays("bass");
    ground.makerPlayed(0);
    ground.makerPlayed(60_000);
    ground.follow(begin(0, 10));
    expect(asked).toEqual([]);
  });
});
