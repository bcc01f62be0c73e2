/**
 * Goal: who used which credential, what policy said, what would have to be undone and which commands were run can be asked for.
 * Method: two days of one identity and its neighbours go through the engine into ClickHouse, twice; each view is asked.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { detectors } from "../../detector/detect/index.ts";
import { storeRevocations } from "../../detector/store/credential-revocations.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import type { AuthorityOutcome } from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { judgedOf } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { planWith } from "../support/chunks.ts";
import { Engine, type Judged } from "../support/stepped.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const hourUs = 3_600_000_000;
const at = (hour: number): number => builtAtUs + hour * hourUs;
const iso = (us: number): string => new Date(us / 1000).toISOString().slice(0, 19).replace("T", " ");
const issuedAt = builtAtUs / 1e6 - 60;

interface Act extends Partial<AttributedAction> {
  readonly outcome?: AuthorityOutcome;
}

const token = (hour: number, parts: Act = {}): Act => ({
  startedAtUs: at(hour),
  credentialId: "jti-1",
  sessionId: `s${hour}`,
  taskId: "CHG-7",
  network: "10.0.0.7",
  attributes: {
    "nhi.credential.type": "oauth_at",
    "nhi.credential.issuer": "https://idp.acme.example",
    "nhi.credential.issued_at": String(issuedAt),
    "nhi.credential.expires_at": String(issuedAt + 3600),
  },
  ...parts,
});
const sql = (hour: number, shape: string, parts: Act = {}): Act => ({
  startedAtUs: at(hour),
  kind: "resource_access",
  operation: `db.${shape.split(" ")[0]!.toLowerCase()}`,
  resources: [{ id: "orders/items", kind: "db_table", origin: "" }],
  sessionId: "migration",
  attributes: { "db.namespace": "orders", "db.query.summary": shape },
  ...parts,
});
const acts: readonly Act[] = [
  token(0),
  token(1, { network: "203.0.113.9", identityId: "agent:other", path: ["agent:other"] }),
  token(3, { sessionId: "", taskId: "" }),
  { startedAtUs: at(3.5), credentialId: "jti-2" },
  {
    startedAtUs: at(4),
    kind: "credential_revoke",
    operation: "vault.revoke",
    resources: [{ id: "jti-2", kind: "credential", origin: "" }],
  },
  { startedAtUs: at(5), credentialId: "jti-2" },
  { startedAtUs: at(5.5), credentialId: "jti-2" },
  { startedAtUs: at(5.6), credentialId: "jti-3" },
  sql(6, "ALTER TABLE items", { mutating: true }),
  sql(7, "UPDATE items", { mutating: true, outcome: "outside_scope" }),
  sql(8, "DELETE items", { mutating: true, outcome: "outside_scope", status: "denied" }),
  sql(9, "DROP TABLE items", { mutating: true, decision: { verdict: "deny", outcome: "blocked" } }),
  sql(30, "SELECT items", { strength: "verified" }),
];

const log: readonly Judged[] = acts.map(({ outcome = "granted", ...parts }, offset) => {
  const one = judgedWith(offset, parts);
  return { ...one, authority: { ...one.authority, outcome, grantId: "grant-1", approver: "user:ana" } };
});

let store: FreshStore;
const rowsOf = async (query: string): Promise<readonly unknown[]> => store.database.query(query);

beforeAll(async () => {
  store = await freshStore();
  const { actions, findings } = new Engine(detectors).step(log);
  const revoked = {
    kind: "credential_revoked",
    tenant: "default",
    author: "user:bo",
    atUs: at(2),
    credentialId: "jti-1",
    reason: "leaked",
  } as const;
  await storeRevocations(store.database, [{ position: 0, record: revoked }]);
  await storeRevocations(store.database, [{ position: 0, record: revoked }]);
  for (const chunk of [0, 100])
    await detectStore(store.database, "one").write(partition, planWith(chunk, chunk + 100), {
      actions: judgedOf(actions),
      findings,
      alerts: [],
      responses: [],
    });
});
afterAll(() => store.drop());

test("v_credentials says of a credential what it is, where it served, and when it should have been out of use", async () => {
  expect(
    await rowsOf("SELECT * FROM v_credentials WHERE credential_id != 'jti-3' ORDER BY credential_id"),
  ).toEqual([
    {
      tenant: "default",
      credential_id: "jti-1",
      issuer: "https://idp.acme.example",
      type: "oauth_at",
      issued_at: iso(issuedAt * 1e6),
      expires_at: iso((issuedAt + 3600) * 1e6),
      identities: ["agent:other", "agent:triage"],
      tasks: ["CHG-7"],
      sessions: ["s0", "s1"],
      networks: ["10.0.0.7", "203.0.113.9"],
      uses: 3,
      first_used_at: `${iso(at(0))}.000000`,
      last_used_at: `${iso(at(3))}.000000`,
      revoked_at: `${iso(at(2))}.000000`,
      revoked_by: "user:bo",
      used_after_revocation_at: `${iso(at(3))}.000000`,
    },
    {
      tenant: "default",
      credential_id: "jti-2",
      issuer: "",
      type: "",
      issued_at: null,
      expires_at: null,
      identities: ["agent:triage"],
      tasks: [],
      sessions: ["session-1"],
      networks: [],
      uses: 3,
      first_used_at: `${iso(at(3.5))}.000000`,
      last_used_at: `${iso(at(5.5))}.000000`,
      revoked_at: `${iso(at(4) + 1000)}.001000`,
      revoked_by: "agent:triage",
      used_after_revocation_at: `${iso(at(5))}.000000`,
    },
  ]);
});

test("v_credentials leaves open what nobody took back", async () => {
  expect(
    await rowsOf(
      "SELECT revoked_at, revoked_by, used_after_revocation_at FROM v_credentials WHERE credential_id = 'jti-3'",
    ),
  ).toEqual([{ revoked_at: null, revoked_by: "", used_after_revocation_at: null }]);
});

test("v_policy_report counts actions by strength and outcome, for each identity and day", async () => {
  expect(
    await rowsOf(
      "SELECT toString(day) AS day, strength, authority, actions, mutating, refused, forged FROM v_policy_report WHERE identity_id = 'agent:triage' ORDER BY day, authority",
    ),
  ).toEqual([
    {
      day: "2026-03-02",
      strength: "claimed",
      authority: "granted",
      actions: 9,
      mutating: 2,
      refused: 1,
      forged: 0,
    },
    {
      day: "2026-03-02",
      strength: "claimed",
      authority: "outside_scope",
      actions: 2,
      mutating: 2,
      refused: 1,
      forged: 0,
    },
    {
      day: "2026-03-03",
      strength: "verified",
      authority: "granted",
      actions: 1,
      mutating: 0,
      refused: 0,
      forged: 0,
    },
  ]);
});

test("v_rollback lists what an identity changed since the last good point, newest first, and nothing that was stopped", async () => {
  expect(
    await rowsOf(
      `SELECT operation, resource_id, authority, grant_id FROM v_rollback WHERE identity_id = 'agent:triage' AND started_at >= '${iso(at(5))}'`,
    ),
  ).toEqual([
    { operation: "db.update", resource_id: "orders/items", authority: "outside_scope", grant_id: "grant-1" },
    { operation: "db.alter", resource_id: "orders/items", authority: "granted", grant_id: "grant-1" },
  ]);
});

test("v_commands shows the grant, the session and each command of it by its shape", async () => {
  expect(
    await rowsOf(
      "SELECT grant_id, session_id, operation, resource_id, database, shape, status FROM v_commands WHERE session_id = 'migration' AND authority = 'granted'",
    ),
  ).toEqual(
    ["ALTER TABLE items", "DROP TABLE items", "SELECT items"].map((shape) => ({
      grant_id: "grant-1",
      session_id: "migration",
      operation: `db.${shape.split(" ")[0]!.toLowerCase()}`,
      resource_id: "orders/items",
      database: "orders",
      shape,
      status: "ok",
    })),
  );
});
