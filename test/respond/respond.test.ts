/** Goal: a finding is answered by just the playbooks that mean it, alike in every replay, and remembered of the identity. */
import { describe, expect, test } from "@jest/globals";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import type { Detector, Examined } from "../../detector/detect/detector.ts";
import { OwnStanding } from "../../detector/learn/own-standing.ts";
import { standingRecord } from "../../detector/respond/respond.ts";
import { PolicyBook } from "../../policy/book.ts";
import { ControlRecord, frameworksOfResponse, Response } from "../../schemas/index.ts";
import { judgedWith } from "../support/build.ts";
import { Engine } from "../support/stepped.ts";

/** Speaks of every deletion, and notes under which standing each action was. */
function detectorThat(saw: string[]): Detector {
  const examine = ({ action, standing }: Examined) => {
    saw.push(`${action.operation} ${standing.standing} ${standing.said?.author ?? ""}`.trim());
    if (!action.operation.startsWith("delete")) return [];
    const cause = action.operation;
    const tell = () => ({ title: "deleted", why: {}, sql: "" });
    return [{ name: "gone", severity: "high" as const, cause, tell }];
  };
  return {
    id: "deleting",
    version: 1,
    family: "authority",
    newMemory: () => ({}),
    examine,
    learn: () => undefined,
  };
}

const base = { tenant: "default", author: "user:ana", atUs: 1 };
const pause = { id: "stop", on: { rules: ["delet*"] }, do: "pause" };

function bookWith(...records: readonly object[]): PolicyBook {
  const book = new PolicyBook();
  records.forEach((record, position) => book.enter(position, ControlRecord.parse({ ...base, ...record })));
  return book;
}

const given = (playbook: object): object => ({ kind: "playbook_given", playbook });

function run(book: PolicyBook, operations: readonly string[]) {
  const saw: string[] = [];
  const engine = new Engine([detectorThat(saw)], 2 ** 12, 0, book);
  const stepped = engine.step(operations.map((operation, nth) => judgedWith(nth, { operation })));
  return { ...stepped, saw, engine };
}

const pausedBy = "paused playbook:stop";

test("the answer is computed, says from when on it counts, and later actions of the identity are judged by it", () => {
  const { responses, findings, saw } = run(bookWith(given(pause)), ["read", "delete", "read"]);
  expect(responses).toHaveLength(1);
  const [response] = responses;
  expect(Response.parse(response)).toMatchObject({
    findingId: findings[0]?.id,
    playbookId: "stop",
    kind: "pause",
    standing: "paused",
    subject: { kind: "identity", id: findings[0]?.identityId },
    isDryRun: false,
  });
  expect(run(bookWith(given(pause)), ["read", "delete", "read"]).responses).toEqual(responses);
  expect(saw.slice(0, 2)).toEqual(["read active", "delete active"]);
  expect(ControlRecord.parse(standingRecord(response!))).toMatchObject({
    author: "playbook:stop",
    findingId: findings[0]?.id,
    atUs: response?.atUs,
  });
});

test("the answer carries the ids of what is done, and of OWASP and ATLAS those of what it is done about", () => {
  const ofFinding = ["PR.AA-05", "DE.CM-09", "ASI02", "NHI5:2025", "AML.T0053"];
  expect(frameworksOfResponse("pause", ofFinding)).toEqual([
    "RS.MI-01",
    "RS.MA-04",
    "AML.M0029",
    "ASI02",
    "NHI5:2025",
    "AML.T0053",
  ]);
});

const kinds = [
  { do: "watch", standing: "watched" },
  { do: "pause", standing: "paused" },
  { do: "revoke", standing: "revoked" },
  { do: "require_approval", standing: "watched", reason: /^proposed: ask before/u },
  { do: "shrink_grant", standing: "watched", reason: /^proposed: / },
];

test.each(kinds)("$do sets $standing", ({ do: kind, standing, reason = /^deleting: deleted$/u }) => {
  const { responses } = run(bookWith(given({ ...pause, do: kind })), ["delete"]);
  expect(responses).toMatchObject([{ kind, standing, reason: expect.stringMatching(reason) }]);
});

const silent = [
  { name: "another rule", records: [given({ ...pause, on: { rules: ["first-use"] } })] },
  { name: "another signal", records: [given({ ...pause, on: { rules: ["*"], signals: ["come"] } })] },
  { name: "graver findings", records: [given({ ...pause, on: { rules: ["*"], minSeverity: "critical" } })] },
  { name: "another identity", records: [given({ ...pause, on: { rules: ["*"], identities: ["ci:*"] } })] },
  {
    name: "a playbook taken back",
    records: [given(pause), { kind: "playbook_removed", playbookId: "stop" }],
  },
  { name: "a playbook of the future", records: [{ ...given(pause), atUs: 8e15 }] },
];

test.each(silent)("$name: nothing is done", ({ records }) => {
  expect(run(bookWith(...records), ["delete"]).responses).toEqual([]);
});

test("in a dry run nothing is set, and nothing remembered", () => {
  const { responses, saw } = run(bookWith(given({ ...pause, dryRun: true })), ["delete", "read"]);
  expect(responses).toMatchObject([{ isDryRun: true, standing: "paused" }]);
  expect(standingRecord(responses[0]!)).toBeUndefined();
  expect(saw.join()).not.toContain("paused");
});

test("who is protected is watched, and the row says so", () => {
  const safeguards = { kind: "safeguards_set", safeguards: { protected: ["agent:*"] } };
  expect(run(bookWith(given(pause), safeguards), ["delete"]).responses).toMatchObject([
    { standing: "watched", heldBack: "protected", reason: "held back (protected): deleting: deleted" },
  ]);
});

describe("what is remembered of an identity", () => {
  const answer = { atUs: 100, untilUs: undefined, playbookId: "stop", findingId: "ab".repeat(16) };
  const stands = (): boolean => true;

  test("is packed and read back", () => {
    const own = new OwnStanding();
    own.note({ ...answer, standing: "watched", untilUs: 300 }, stands);
    own.note({ ...answer, standing: "revoked" }, stands);
    const writer = new ByteWriter();
    own.pack(writer);
    const read = new OwnStanding();
    read.unpack(new ByteReader(Buffer.from(writer.finish())));
    expect(read.isEmpty).toBe(false);
    expect(read.at(200, 0)).toEqual({ ...answer, standing: "revoked" });
    expect(read.at(99, 0)).toBeUndefined();
    expect(read.at(200, 100)).toBeUndefined();
  });

  test("keeps the strictest, and of two alike the longer", () => {
    const own = new OwnStanding();
    own.note({ ...answer, standing: "paused", untilUs: 150 }, stands);
    own.note({ ...answer, standing: "paused", atUs: 120, untilUs: 300 }, stands);
    own.note({ ...answer, standing: "watched", atUs: 130 }, stands);
    expect(own.at(110, 0)?.standing).toBe("paused");
    expect(own.at(299, 0)?.standing).toBe("paused");
    expect(own.at(300, 0)?.standing).toBe("watched");
  });

  test("a person's word ends it, and a new answer begins anew", () => {
    const own = new OwnStanding();
    own.note({ ...answer, standing: "paused" }, stands);
    own.note({ ...answer, standing: "paused", atUs: 200 }, () => false);
    expect(own.at(150, 0)).toBeUndefined();
    expect(own.at(200, 150)?.atUs).toBe(200);
  });
});

test("the detector's view: paused by its own answer until a person says otherwise", () => {
  const later = { kind: "standing_set", subject: { kind: "identity", id: "agent:triage" }, reason: "ok" };
  const first = run(bookWith(given(pause)), ["delete"]);
  const { identityId } = first.actions[0]!;
  const startedAtUs = first.responses[0]!.atUs + 10;
  const next = (book: PolicyBook): string | undefined => {
    const saw: string[] = [];
    const engine = new Engine([detectorThat(saw)], 2 ** 12, 0, book);
    engine.step([judgedWith(0, { operation: "delete" })]);
    engine.step([judgedWith(1, { operation: "read", startedAtUs, endedAtUs: startedAtUs })]);
    return saw.at(-1);
  };
  expect(next(bookWith(given(pause)))).toBe(`read ${pausedBy}`);
  const word = { ...later, subject: { kind: "identity", id: identityId }, standing: "active" };
  expect(next(bookWith(given(pause), { ...word, atUs: startedAtUs - 1 }))).toBe("read active user:ana");
  expect(next(bookWith(given(pause), { ...word, atUs: 2 }))).toBe(`read ${pausedBy}`);
});
