import { describe, expect, it } from "vitest";
import { ledBy } from "./led";
import type { Analysis } from "./review";

function analysed(maker: readonly string[], partner: readonly string[]): Analysis {
  return {
    players: ["maker", "partner"],
    windows: { start: maker.map((_, i) => i), length: 6, step: 1 },
    features: {},
    roles: { density: { maker: { at: maker }, partner: { at: partner } } },
  };
}

describe("who went ahead", () => {
  it("is who goes their own way while the other comes near, and nobody where both do the same", () => {
    const found = ledBy(
      analysed(
        ["leader", "resister", "partner", "follower", "leader", "dependent"],
        ["follower", "dependent", "partner", "leader", "leader", "dependent"],
      ),
      "density",
    );
    expect(found.map((one) => [one.what, one.to - one.from])).toEqual([["maker", 2], ["partner", 1]]);
    expect(found[0]!.from).toBe(5); // the middle of eleven seconds, a step wide
  });

  it("is the other one when the players are exchanged", () => {
    const [one, other] = [["leader", "none", "follower"], ["dependent", "solo", "resister"]];
    const there = ledBy(analysed(one!, other!), "density");
    const back = ledBy(analysed(other!, one!), "density");
    expect(back.map((each) => each.what)).toEqual(there.map((each) => (each.what === "maker" ? "partner" : "maker")));
    expect(back.map((each) => each.from)).toEqual(there.map((each) => each.from));
  });

  it("is nobody where nothing was worked out", () => {
    expect(ledBy(analysed([], []), "density")).toEqual([]);
    expect(ledBy({ ...analysed(["leader"], ["follower"]), roles: {} }, "density")).toEqual([]);
  });
});
