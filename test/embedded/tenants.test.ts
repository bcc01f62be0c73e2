/** Goal: off loopback nobody gets in without a token, does only what it may, and sees its own tenant alone. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Finding } from "../../schemas/index.ts";
import { ask, type JsonSpan, newId, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const tokens = { acme: "token-of-acme", sender: "token-of-sender", umbrella: "token-of-umbrella" };
const digest = (token: string): string => createHash("sha256").update(token).digest("hex");

const settings = `http:
  clients:
    - { name: acme, tenant: acme, tokenSha256: "${digest(tokens.acme)}", identities: ["*"], may: [send, read, decide] }
    - { name: sender, tenant: acme, tokenSha256: "${digest(tokens.sender)}", identities: ["agent:one", "ci:*"], may: [send] }
    - { name: umbrella, tenant: umbrella, tokenSha256: "${digest(tokens.umbrella)}", identities: ["*"], may: [send, read] }
`;

const folder = tempFolder("tenants");
let up: Up;
beforeAll(async () => {
  const config = join(folder.path, "answerable.yaml");
  writeFileSync(config, settings);
  up = await startUp({
    dataDir: join(folder.path, "data"),
    host: "0.0.0.0",
    env: { ANSWERABLE_CONFIG: config },
  });
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

const by = (token: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
});
const send = (token: string, ...spans: readonly JsonSpan[]): ReturnType<typeof post> =>
  post(up.url, requestOfSpans(...spans), by(token).headers);

test("without a token or with a wrong one nothing is answered but health", async () => {
  const none = await post(up.url, requestOfSpans(spanOf({})));
  expect(none).toMatchObject({ status: 401 });
  expect(none.text).toContain("Send a token (Authorization: Bearer …)");
  for (const path of ["/v1/findings", "/v1/chains/x", "/metrics"])
    expect((await ask(up.url, path)).status).toBe(401);
  expect((await ask(up.url, "/v1/findings", by("wrong"))).text).toContain(
    "The token is not one of http.clients.",
  );
  expect((await ask(up.url, "/healthz")).status).toBe(200);
  expect((await ask(up.url, "/readyz")).status).toBe(200);
});

test("a token does what it may and hears a sentence for the rest", async () => {
  const refused = {
    status: 403,
    json: { error: "sender may not read; its entry in http.clients says what it may" },
  };
  expect(await ask(up.url, "/v1/findings", by(tokens.sender))).toMatchObject(refused);
  expect(await ask(up.url, "/metrics", by(tokens.sender))).toMatchObject(refused);
  const grant = {
    method: "POST",
    body: "{}",
    headers: { ...by(tokens.umbrella).headers, "content-type": "application/json" },
  };
  expect(await ask(up.url, "/v1/grants", grant)).toMatchObject({
    status: 403,
    json: { error: "umbrella may not decide; its entry in http.clients says what it may" },
  });
  expect((await ask(up.url, "/v1/findings", by(tokens.acme))).status).toBe(200);
});

test("a token bound to identities: its own is verified, one of its pattern is not, another's is rejected by itself", async () => {
  const [own, ofPattern, foreign] = [newId(16), newId(16), newId(16)];
  const { status, text } = await send(
    tokens.sender,
    named("agent:one", own),
    named("ci:build", ofPattern),
    named("agent:two", foreign),
  );
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    partialSuccess: { rejectedSpans: "1", errorMessage: "sender may not speak for the identity it names" },
  });
  const rows = await sql(
    up.clickhouseUrl,
    `SELECT identity_id, strength, source, tenant FROM v_actions WHERE span_id IN ('${own}', '${ofPattern}', '${foreign}') ORDER BY 1`,
    { database: "answerable" },
  );
  expect(rows).toBe("agent:one\tverified\tsender\tacme\nci:build\tclaimed\tsender\tacme");
});

test("two tenants with the same names and ids share nothing", async () => {
  const [traceId, spanId] = [newId(32), newId(16)];
  const same = (name: string): JsonSpan =>
    spanOf(
      { "nhi.identity.id": "agent:same", "nhi.action.name": name, "nhi.chain.id": "same-chain" },
      { traceId, spanId },
    );
  expect((await send(tokens.acme, same("op-of-acme"))).status).toBe(200);
  expect((await send(tokens.umbrella, same("op-of-umbrella"))).status).toBe(200);
  for (const [own, other, name] of [
    [tokens.acme, tokens.umbrella, "acme"],
    [tokens.umbrella, tokens.acme, "umbrella"],
  ] as const) {
    const [finding, ...more] = await findingsOf(own);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ tenant: name, why: { operation: `op-of-${name}` } });
    expect((await ask(up.url, `/v1/findings/${finding?.id ?? ""}`, by(own))).status).toBe(200);
    expect((await ask(up.url, `/v1/findings/${finding?.id ?? ""}`, by(other))).status).toBe(404);
    const chain = await ask(up.url, "/v1/chains/same-chain", by(own));
    expect(chain.text).toContain(`op-of-${name}`);
    expect(chain.text).not.toContain(`op-of-${name === "acme" ? "umbrella" : "acme"}`);
    expect((await sql(up.clickhouseUrl, finding?.sql ?? "")).split("\t")[1]).toBe(`op-of-${name}`);
  }
});

test("a finding is no one's to accept of itself, nor another tenant's", async () => {
  await send(tokens.acme, spanOf({ "nhi.identity.id": "agent:self", "nhi.action.name": "op" }));
  const [mine] = await findingsOf(tokens.acme, "agent:self");
  const accept = (token: string) =>
    ask(up.url, `/v1/findings/${mine?.id ?? ""}/accept`, {
      method: "POST",
      body: "{}",
      headers: { ...by(token).headers, "content-type": "application/json" },
    });
  expect(await accept(tokens.acme)).toMatchObject({
    status: 403,
    json: { error: expect.stringContaining("is not its own to accept") },
  });
  expect(await accept(tokens.umbrella)).toMatchObject({
    status: 403,
    json: { error: expect.stringContaining("umbrella may not decide") },
  });
});

test("a grant counts in the tenant of whoever gave it, with the giver's name", async () => {
  const grant = {
    id: "g",
    grantee: "agent:granted",
    approver: "user:ana",
    policy: { id: "p", version: "1" },
    operations: ["*"],
    window: { from: "2026-01-01T00:00:00Z" },
  };
  writeFileSync(join(folder.path, "grants.json"), JSON.stringify({ grants: [grant] }));
  const applied = await answerable(["apply", "-f", join(folder.path, "grants.json"), "--url", up.url], {
    ANSWERABLE_TOKEN: tokens.acme,
  });
  expect(applied).toEqual({
    out: "1 grants given\n",
    err: [
      "warning: grant g: operations and resources are both * without a condition, so it covers everything\n",
      // Others of the tenant were seen, this one not yet.
      "warning: grant g: no identity that was ever seen is agent:granted\n",
    ].join(""),
    code: 0,
  });
  const granted = spanOf({ "nhi.identity.id": "agent:granted", "nhi.action.name": "op" });
  await send(tokens.acme, granted);
  await send(tokens.umbrella, granted);
  const rows = await sql(
    up.clickhouseUrl,
    "SELECT tenant, authority FROM v_actions WHERE identity_id = 'agent:granted' ORDER BY 1",
    { database: "answerable" },
  );
  expect(rows).toBe("acme\tgranted\numbrella\tno_grant");
  expect(
    await sql(up.clickhouseUrl, "SELECT tenant, author FROM grants FINAL", { database: "answerable" }),
  ).toBe("acme\tacme");
});

const named = (id: string, spanId: string): JsonSpan =>
  spanOf({ "nhi.identity.id": id, "nhi.action.name": "op" }, { spanId });

async function findingsOf(token: string, identity = "agent:same"): Promise<readonly Finding[]> {
  const { json } = await ask(up.url, `/v1/findings?identity=${identity}`, by(token));
  return (json as { findings: Finding[] }).findings;
}
