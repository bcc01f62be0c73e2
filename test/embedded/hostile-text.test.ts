/**
 * Goal: whatever a sender names itself and what it does, it is stored or refused with a sentence, and nobody who looks at
 * it afterwards is harmed: not the store, not a terminal, not the SQL of a finding.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Finding } from "../../schemas/index.ts";
import { ask, newId, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { notRecomputed } from "../support/stored.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("hostile");
let up: Up;
beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

/** All that a terminal would obey or show in another order, apart from the line breaks we print ourselves. */
const obeyed = /[\p{Cf}\u2028\u2029]|(?!\n)\p{Cc}/u;

const hostile = [
  { name: "SQL quotes", text: "x' OR 1=1; DROP TABLE actions; --" },
  { name: "backslash and quote", text: "x\\' OR \\x27 {before} {tenant:String} FROM v_actions" },
  { name: "terminal escapes", text: "\u001b[2J\u001b]0;owned\u0007\u009b31m\r\nroot: all is well" },
  { name: "marks that turn the direction of writing", text: "safe\u202Egnp.exe\u2066\u200F\u061C\u2069" },
  { name: "invisible characters", text: "a\u200Bb\uFEFFc\u00ADd\u2028e" },
  { name: "NUL", text: "a\u0000b" },
  { name: "names of JavaScript's own", text: "__proto__" },
  { name: "constructor", text: "constructor" },
  { name: "half a surrogate pair", text: "a\uD83Db\uDC00c" },
  { name: "a name as long as is taken, of pairs", text: `x${"😀".repeat(200)}` },
  { name: "path of a URL", text: "../../metrics?x=%00#y" },
];

test.each(hostile)("$name: stored, found, and harmless on a terminal and in SQL", async ({ text }) => {
  // No program's argument can hold NUL; the rest is asked for as it is.
  const chain = `chain ${text.replaceAll("\0", "")} ${newId(8)}`;
  const identity = `agent:${text}`;
  const grants = {
    method: "POST",
    body: JSON.stringify({ grants: [grantOf(identity)] }),
    headers: { "content-type": "application/json" },
  };
  expect((await ask(up.url, "/v1/grants", grants)).status).toBe(201);
  const attributes = {
    "nhi.identity.id": identity,
    "nhi.action.name": text,
    "nhi.resource.id": text.repeat(3),
    "nhi.chain.id": chain,
    "nhi.session.id": text,
  };
  expect(await post(up.url, requestOfSpans(spanOf(attributes)))).toMatchObject({ status: 200, text: "{}" });

  const asked = await ask(
    up.url,
    `/v1/findings?severity=high&limit=1000&identity=${encodeURIComponent(wellFormed(identity))}`,
  );
  const [finding, ...others] = (asked.json as { findings: Finding[] }).findings;
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ identityId: wellFormed(identity), rule: "outside-grant" });
  if (finding === undefined) return;
  expect(await notRecomputed(up.clickhouseUrl, [finding])).toEqual([]);

  const [explained = "", tree = "", findingJson = "", chainJson = ""] = await Promise.all(
    [
      ["finding", finding.id],
      ["chain", finding.chainId],
      ["finding", finding.id, "--json"],
      ["chain", finding.chainId, "--json"],
    ].map((args) => verb(args)),
  );
  for (const shown of [explained, tree, findingJson, chainJson]) expect(shown).not.toMatch(obeyed);
  expect(explained.split("\n")).toHaveLength(18);
  expect(tree.split("\n")).toHaveLength(6);
  expect(JSON.parse(findingJson)).toEqual(finding);
  expect(JSON.parse(chainJson)).toMatchObject({
    id: finding.chainId,
    links: expect.arrayContaining([expect.objectContaining({ label: finding.identityId })]),
  });
});

test("after all of them the list has a line each, the tables are there, and every name is what was sent", async () => {
  const list = await verb(["findings", "--limit", "1000"]);
  expect(list).not.toMatch(obeyed);
  expect(list.trimEnd().split("\n")).toHaveLength(hostile.length);
  const names = await sql(up.clickhouseUrl, "SELECT DISTINCT identity_id FROM v_actions FORMAT JSONEachRow", {
    database: "answerable",
  });
  const stored = names.split("\n").map((line) => (JSON.parse(line) as { identity_id: string }).identity_id);
  expect(stored.toSorted()).toEqual(hostile.map(({ text }) => wellFormed(`agent:${text}`)).toSorted());
});

test("a title and a cause are cut between characters, so that the store takes them", async () => {
  // An identity with a past: 200 actions on 7 days, always the same two resources; then a new one, as long as names get.
  const past = Array.from({ length: 210 }, (_, at) => action(at, "files.write", `share/${String(at % 2)}`));
  expect((await post(up.url, requestOfSpans(...past))).status).toBe(200);
  for (const pad of ["", "a"]) {
    const novel = action(210, "files.write", pad + "😀".repeat(512), pad + "s".repeat(240 - pad.length));
    expect(await post(up.url, requestOfSpans(novel))).toMatchObject({ status: 200, text: "{}" });
  }
  const { json } = await ask(up.url, "/v1/findings?identity=agent:cut&severity=medium");
  const { findings } = json as { findings: Finding[] };
  expect(findings.map((one) => one.rule)).toEqual(["out-of-character", "out-of-character"]);
  expect(await notRecomputed(up.clickhouseUrl, findings)).toEqual([]);
});

test.each([
  {
    name: "one character too long",
    chars: 513,
    reason: "identity_too_long",
    says: "the identity id is longer than 512 characters",
  },
  { name: "a megabyte", chars: 1024 * 1024, reason: "value_too_long", says: "bytes" },
])(
  "an identity of $name is refused with a sentence, and its neighbour is stored",
  async ({ chars, says }) => {
    const neighbour = newId(16);
    const long = spanOf({ "nhi.identity.id": "x".repeat(chars), "nhi.action.name": "op" });
    const good = spanOf(
      { "nhi.identity.id": "agent:neighbour", "nhi.action.name": "op" },
      { spanId: neighbour },
    );
    const { status, text } = await post(up.url, requestOfSpans(long, good));
    expect(status).toBe(200);
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess: { rejectedSpans: string; errorMessage: string };
    };
    expect(partialSuccess.rejectedSpans).toBe("1");
    expect(partialSuccess.errorMessage).toContain(says);
    expect(
      await sql(up.clickhouseUrl, `SELECT count() FROM v_actions WHERE span_id = '${neighbour}'`, {
        database: "answerable",
      }),
    ).toBe("1");
  },
);

function grantOf(grantee: string): object {
  return {
    id: `g-${newId(6)}`,
    grantee: wellFormed(grantee),
    approver: "user:ana",
    policy: { id: "p", version: "1" },
    operations: ["allowed"],
  };
}

/** An action of agent:cut, one every eight hours, up to today. */
function action(at: number, name: string, resource: string, session = `run-${String(at % 4)}`): object {
  const ns = `${String(Date.now() - (211 - at) * 8 * 3_600_000)}000000`;
  const attributes = {
    "nhi.identity.id": "agent:cut",
    "nhi.action.name": name,
    "nhi.action.mutating": true,
    "nhi.resource.id": resource,
    "nhi.session.id": session,
  };
  return spanOf(attributes, { startTimeUnixNano: ns, endTimeUnixNano: ns });
}

async function verb(args: readonly string[]): Promise<string> {
  const { out, err, code } = await answerable([...args, "--url", up.url]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return out;
}

/** A lone half of a pair has no bytes in UTF-8; whoever encodes it writes U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
