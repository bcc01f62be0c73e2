/**
 * Goal: everybody who reads the two logs comes to the same standing, whatever comes first, comes twice or comes too much; and
 * persons have the last word.
 * Method: generated decisions of persons and answers of playbooks, read in generated ways.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import { standingOf } from "../../policy/standings.ts";
import { ControlRecord, type Standing } from "../../schemas/index.ts";

const all = Number.POSITIVE_INFINITY;
const identities = ["agent:a", "agent:b", "agent:c", "ci:deploy"] as const;
const strict: readonly Standing[] = ["active", "watched", "paused", "revoked"];

interface Setting {
  readonly id: string;
  readonly standing: Standing;
  readonly atUs: number;
  readonly forUs?: number;
  readonly finding?: string;
  readonly kind?: "identity" | "chain";
}

/** An entry of a person; with a finding, of a playbook. */
function entry({ id, standing, atUs, forUs, finding, kind = "identity" }: Setting): ControlRecord {
  return ControlRecord.parse({
    kind: "standing_set",
    tenant: "default",
    author: finding === undefined ? "user:ana" : "playbook:p",
    atUs,
    subject: { kind, id },
    standing,
    reason: "r",
    ...(forUs === undefined ? {} : { untilUs: atUs + forUs }),
    ...(finding === undefined ? {} : { findingId: finding }),
  });
}

const safeguards = (max: number, per: string, protect: readonly string[] = []): ControlRecord =>
  ControlRecord.parse({
    kind: "safeguards_set",
    tenant: "default",
    author: "user:ana",
    atUs: 0,
    safeguards: { protected: protect, blastRadius: { max, per } },
  });

function bookOf(log: readonly ControlRecord[]): PolicyBook {
  const book = new PolicyBook();
  log.forEach((record, position) => book.enter(position, record));
  return book;
}

const standing = (book: PolicyBook, identityId: string, atUs: number, chainId = ""): Standing =>
  standingOf(book.of("default"), { identityId, chainId }, atUs, all).standing;

const anyAnswer = fc.record({
  id: fc.constantFrom(...identities),
  standing: fc.constantFrom<Standing>("watched", "paused", "revoked"),
  atUs: fc.integer({ min: 1, max: 40 }),
  finding: fc.constantFrom("f1", "f2", "f3", "f4", "f5", "f6"),
});
const anyWord = fc.record({
  id: fc.constantFrom(...identities),
  standing: fc.constantFrom<Standing>(...strict),
  atUs: fc.integer({ min: 1, max: 40 }),
});

/** One finding is of one identity, and was answered once. */
const onceEach = (some: readonly Setting[]): readonly Setting[] => [
  ...new Map(some.map((one) => [`${one.id} ${one.finding ?? ""}`, one])).values(),
];

/** Merges two logs in a way that the toss decides; each keeps its order. */
function merged<T>(one: readonly T[], other: readonly T[], toss: readonly boolean[]): readonly T[] {
  const [left, right] = [[...one], [...other]];
  const both: T[] = [];
  for (let at = 0; left.length + right.length > 0; at += 1) {
    const first = toss[at % toss.length] === true ? left : right;
    both.push(...(first.length > 0 ? first : first === left ? right : left).splice(0, 1));
  }
  return both;
}

test("however the two logs come together, and however often an answer is told, the standings are the same", () => {
  fc.assert(
    fc.property(
      fc.array(anyAnswer, { maxLength: 8 }),
      fc.array(anyWord, { maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 1 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.integer({ min: 0, max: 3 }),
      (answers, words, toss, repeats, max) => {
        const told = onceEach(answers).map(entry);
        const persons = words.toSorted((a, b) => a.atUs - b.atUs).map(entry);
        const again = repeats.flatMap((nth) => (told.length === 0 ? [] : [told[nth % told.length]!]));
        const calm = bookOf([safeguards(max, "1h"), ...persons, ...told]);
        const other = bookOf([safeguards(max, "1h"), ...merged(persons, [...told, ...again], toss)]);
        for (const id of identities)
          for (let atUs = 0; atUs <= 41; atUs += 1)
            expect({ id, atUs, standing: standing(other, id, atUs) }).toEqual({
              id,
              atUs,
              standing: standing(calm, id, atUs),
            });
      },
    ),
    { numRuns: 300 },
  );
});

test("playbooks never pause or revoke a protected identity, nor more than the blast radius within its time", () => {
  fc.assert(
    fc.property(
      fc.array(anyAnswer, { maxLength: 20 }),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom("1ms", "1h"),
      (answers, max, per) => {
        const book = bookOf([safeguards(max, per, ["ci:*"]), ...onceEach(answers).map(entry)]);
        const struck = identities.filter((id) => ["paused", "revoked"].includes(standing(book, id, 50)));
        expect(struck).not.toContain("ci:deploy");
        expect(struck.length).toBeLessThanOrEqual(max);
        for (const { id } of answers) expect(standing(book, id, 50)).not.toBe("active");
      },
    ),
    { numRuns: 300 },
  );
});

test("what a person says counts over all that was answered to what happened before, held back or not", () => {
  fc.assert(
    fc.property(
      fc.array(anyAnswer, { maxLength: 10 }),
      fc.constantFrom<Standing>(...strict),
      fc.constantFrom(...identities),
      (answers, said, id) => {
        const word = entry({ id, standing: said, atUs: 41 });
        const told = onceEach(answers).map(entry);
        // The answers come again after it, as they do from a detector that starts anew.
        const book = bookOf([safeguards(2, "1h", ["ci:*"]), ...told, word, ...told]);
        expect(standing(book, id, 41)).toBe(said);
        expect(standing(book, id, 99)).toBe(said);
      },
    ),
  );
});

const cases: readonly {
  name: string;
  log: readonly ControlRecord[];
  id?: string;
  chain?: string;
  atUs?: number;
  is: Standing;
}[] = [
  {
    name: "the strictest answer counts, not the last",
    log: [
      entry({ id: "agent:a", standing: "revoked", atUs: 1, finding: "f1" }),
      entry({ id: "agent:a", standing: "watched", atUs: 2, finding: "f2" }),
    ],
    is: "revoked",
  },
  {
    name: "an answer ends, and the milder one that lasts is left",
    log: [
      entry({ id: "agent:a", standing: "paused", atUs: 1, forUs: 5, finding: "f1" }),
      entry({ id: "agent:a", standing: "watched", atUs: 2, finding: "f2" }),
    ],
    is: "watched",
  },
  {
    name: "an answer to what happened after a person's word counts",
    log: [
      entry({ id: "agent:a", standing: "active", atUs: 3 }),
      entry({ id: "agent:a", standing: "paused", atUs: 4, finding: "f1" }),
    ],
    is: "paused",
  },
  {
    name: "an answer doesn't loosen what a person said before it",
    log: [
      entry({ id: "agent:a", standing: "revoked", atUs: 3 }),
      entry({ id: "agent:a", standing: "watched", atUs: 4, finding: "f1" }),
    ],
    is: "revoked",
  },
  {
    name: "a person may pause whom playbooks may not",
    log: [safeguards(0, "1h", ["*"]), entry({ id: "agent:a", standing: "paused", atUs: 3 })],
    is: "paused",
  },
  {
    name: "a client that is called like a playbook is a person all the same",
    log: [
      safeguards(0, "1h"),
      { ...entry({ id: "agent:a", standing: "paused", atUs: 3 }), author: "playbook:p" },
    ],
    is: "paused",
  },
  {
    name: "a chain that a playbook stopped stops who acts in it",
    log: [entry({ id: "c", standing: "revoked", atUs: 1, finding: "f1", kind: "chain" })],
    chain: "c",
    is: "revoked",
  },
  {
    name: "but nobody who is protected",
    log: [
      safeguards(9, "1h", ["agent:*"]),
      entry({ id: "c", standing: "revoked", atUs: 1, finding: "f1", kind: "chain" }),
    ],
    chain: "c",
    is: "watched",
  },
  {
    name: "unless a person stopped the chain",
    log: [safeguards(9, "1h", ["agent:*"]), entry({ id: "c", standing: "revoked", atUs: 1, kind: "chain" })],
    chain: "c",
    is: "revoked",
  },
  {
    name: "the room of the blast radius comes back with time",
    log: [
      safeguards(1, "1ms"),
      entry({ id: "agent:b", standing: "paused", atUs: 1, finding: "f1" }),
      entry({ id: "agent:a", standing: "paused", atUs: 1001, finding: "f2" }),
    ],
    atUs: 1001,
    is: "paused",
  },
];

describe("one standing of two logs", () => {
  test.each(cases)("$name", ({ log, id = "agent:a", chain = "", atUs = 9, is }) => {
    expect(standing(bookOf(log), id, atUs, chain)).toBe(is);
  });
});

test("whoever is told only of some is told of what counts", () => {
  const whole = new PolicyBook();
  whole.enter(0, safeguards(1, "1h"));
  whole.enter(0, entry({ id: "agent:a", standing: "paused", atUs: 1, finding: "f1" }));
  const told = whole.enter(1, entry({ id: "agent:b", standing: "revoked", atUs: 2, finding: "f2" }));
  expect(told).toMatchObject({ standing: "watched", reason: "held back (blast_radius): r" });
  const part = new PolicyBook();
  part.enter(1, told);
  const facts = { tenant: "default", identityId: "agent:b", operation: "x", resources: [], startedAtUs: 3 };
  const rest = { taskId: "", sessionId: "", network: "", environment: "", credentialType: "" };
  const asked = {
    ...facts,
    ...rest,
    credentialIssuedAt: undefined,
    approvalId: "",
    digest: "",
    path: [],
    kind: "tool_call",
    chainId: "",
  };
  expect(decide(part, asked).verdict).toBe("allow");
  part.enter(2, entry({ id: "agent:b", standing: "revoked", atUs: 2, finding: "f3" }));
  expect(decide(part, asked)).toMatchObject({ verdict: "deny", reason: "standing_revoked" });
});

test("a flood of answers to one identity is forgotten from its mildest on", () => {
  const book = new PolicyBook();
  book.enter(0, entry({ id: "agent:a", standing: "revoked", atUs: 1, finding: "first" }));
  for (let nth = 0; nth < 500; nth += 1)
    book.enter(nth + 1, entry({ id: "agent:a", standing: "paused", atUs: nth + 2, finding: `f${nth}` }));
  expect(standing(book, "agent:a", 1000)).toBe("revoked");
  expect(book.of("default").standings.of("identity/agent:a")?.before(all).length).toBe(64);
});
