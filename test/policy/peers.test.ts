/** Goal: what peers say depends on the log up to a place alone, grows never beyond its bounds, and only ever weakens a first use. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PolicyBook } from "../../policy/book.ts";
import { loweredBy, peersOf } from "../../policy/peers.ts";
import { ControlRecord, type PeerGroup } from "../../schemas/index.ts";
import { groupWith } from "../support/peers.ts";

const common = { tenant: "default", author: "answerable:peers", atUs: 0 };
const using = (users: number, parts: Partial<PeerGroup> = {}): PeerGroup =>
  groupWith({
    operations: { values: [{ value: "mail.send", users }], isComplete: true, alone: 0 },
    ...parts,
  });

function bookOf(...entries: readonly object[]): PolicyBook {
  const book = new PolicyBook();
  entries.forEach((entry, position) => book.enter(position, ControlRecord.parse({ ...common, ...entry })));
  return book;
}

const baseline = (group: PeerGroup): object => ({ kind: "peer_baseline", group });
const member = (groups: readonly string[], counted: readonly string[] = []): object => ({
  kind: "peer_group",
  membership: { identityId: "agent:me", groups, counted },
});
const peersAt = (book: PolicyBook, control = Number.POSITIVE_INFINITY, id = "agent:me") =>
  peersOf({ book: book.of("default"), control }, id);

describe("an identity's peers", () => {
  test("are those that the log before a place told, whatever came later", () => {
    const book = bookOf(baseline(using(5)), member(["g"]), baseline(using(9)), member([]));
    expect(peersAt(book, 1)).toBeUndefined();
    expect(peersAt(book, 2)?.share("operations", "mail.send")).toBe(0.5);
    expect(peersAt(book, 3)?.share("operations", "mail.send")).toBe(0.9);
    expect(peersAt(book)).toBeUndefined();
  });

  test("don't hold itself, and are three at least", () => {
    const word = (counted: readonly string[], peers: number) =>
      peersAt(bookOf(baseline(using(1, { peers })), member(["g"], counted)))?.on("operations", "mail.send");
    expect(word(["g"], 4)).toMatchObject({ peers: 3, peersUsing: 1 });
    expect(word(["g"], 3)).toBeUndefined();
    expect(word([], 3)).toMatchObject({ peers: 3, peersUsing: 1 });
  });

  test("are of the most specific group that has enough, else all", () => {
    const small = using(1, { id: "small", peers: 2 });
    const all = using(7, { id: "all", basis: "all" });
    const book = bookOf(baseline(small), baseline(using(3)), baseline(all), member(["small", "g", "all"]));
    expect(peersAt(book)?.groups.map(({ id }) => id)).toEqual(["g", "all"]);
    expect(peersAt(book)?.share("operations", "mail.send")).toBe(0.3);
    expect(peersAt(book, undefined, "agent:stranger")?.share("operations", "mail.send")).toBe(0.7);
  });

  test("can't tell of what a list may have left out", () => {
    const cut = { values: [], isComplete: false, alone: 0 };
    const book = bookOf(baseline(groupWith({ operations: cut })), member(["g"]));
    expect(peersAt(book)?.share("operations", "mail.send")).toBeUndefined();
    expect(peersAt(book)?.share("networks", "10.0.0.1")).toBe(0);
    expect(peersAt(book)?.share("networks", "x".repeat(257))).toBeUndefined();
  });

  test("are forgotten as they were 48 entries ago", () => {
    const told = Array.from({ length: 60 }, (_, n) => baseline(using((n % 9) + 1)));
    const book = bookOf(member(["g"]), ...told);
    expect(peersAt(book, 61)).toBeDefined();
    expect(peersAt(book, 14)).toBeDefined();
    expect(peersAt(book, 13)).toBeUndefined();
  });
});

test("peers lower a first use where half of them do it, less the more is known of the identity, and never raise it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 1000 }), fc.nat(), fc.nat(), (peers, some, observations) => {
      const peersUsing = some % (peers + 1);
      const lowered = loweredBy({ peers, peersUsing }, observations);
      expect(lowered > 0).toBe(peersUsing * 2 > peers);
      expect(lowered).toBeGreaterThanOrEqual(0);
      expect(lowered).toBeGreaterThanOrEqual(loweredBy({ peers, peersUsing }, observations + 100));
    }),
  );
  expect(loweredBy({ peers: 10, peersUsing: 9 }, 200)).toBeCloseTo(1.33, 2);
});
