/**
 * Goal: what was hidden, and what people said of findings, can be asked for; a storm's SQL gives its numbers.
 * Method: a storm and suppressed findings go through the engine into ClickHouse, and the control log's entries beside them.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { storeDecided } from "../../detector/store/decided.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { hiddenBySuppressions } from "../../detector/store/hidden.ts";
import { storeReader } from "../../detector/store/read.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { judgedOf } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { planWith } from "../support/chunks.ts";
import { bookSaying, judgedAs, loud, suppressed } from "../support/loud.ts";
import { Engine, type PlainStepped } from "../support/stepped.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const minuteUs = 60_000_000;
/** The view goes by the server's clock: one that stands in any year to come, one that ended. */
const records: readonly ControlRecord[] = [
  suppressed({ matcher: { rule: "loud", identity: "agent:quiet" } }),
  suppressed({ id: "s2", matcher: { rule: "loud", operation: "o'brien\\" }, untilUs: builtAtUs + 1 }),
];

let store: FreshStore;
let stepped: PlainStepped;
beforeAll(async () => {
  store = await freshStore();
  const act = (offset: number, identityId: string) =>
    judgedWith(offset, { identityId, startedAtUs: builtAtUs + offset * 1000 });
  const engine = new Engine([loud()], undefined, undefined, bookSaying(...records));
  stepped = engine.step([
    act(0, "agent:quiet"),
    act(1, "agent:quiet"),
    ...Array.from({ length: 100 }, (_, nth) => act(10 + nth, `agent:o'brien\\${String(nth % 20)}`)),
  ]);
  await detectStore(store.database, "one").write(partition, planWith(0, 2000), {
    actions: judgedOf(stepped.actions),
    findings: stepped.findings,
    alerts: [],
    responses: [],
  });
  const said = stepped.findings.filter(({ hidden, rule }) => hidden === undefined && rule === "loud");
  const removed: ControlRecord = {
    kind: "suppression_removed",
    tenant: "default",
    author: "user:bo",
    atUs: builtAtUs + minuteUs,
    suppressionId: "s3",
    reason: "",
  };
  const verdicts = (["benign", "abuse", "benign", "misconfiguration"] as const).map((verdict, nth) =>
    judgedAs(verdict, said[nth]!.id, { identityId: said[nth]!.identityId }),
  );
  const log = [
    ...records,
    suppressed({ id: "s3", matcher: { rule: "loud", identity: "x" } }),
    removed,
    ...verdicts,
    judgedAs("abuse", said[0]!.id),
  ];
  const entries = log.map((record, position) => ({ position, record }));
  await storeDecided(store.database, "control", entries);
  await storeDecided(store.database, "control", entries);
}, 60_000);
afterAll(() => store.drop());

const rows = (sql: string): Promise<readonly unknown[]> => store.database.query(sql);

test("v_suppressions counts what each hid, and tells how it stands", async () => {
  expect(
    await rows(
      "SELECT suppression_id, rule, identity, operation, author, reason, state, ends_soon, toUInt32(hid) AS hid, hid_worst FROM v_suppressions ORDER BY suppression_id",
    ),
  ).toEqual([
    expect.objectContaining({ suppression_id: "s1", identity: "agent:quiet", hid: 2, hid_worst: "medium" }),
    expect.objectContaining({ suppression_id: "s2", operation: "o'brien\\", state: "ended", hid: 0 }),
    expect.objectContaining({ suppression_id: "s3", author: "user:ana@acme.example", state: "removed" }),
  ]);
  expect(await hiddenBySuppressions(store.database, "default")).toEqual(
    new Map([["s1", { findings: 2, worst: "medium", lastAtUs: builtAtUs + 1000 }]]),
  );
  expect(await hiddenBySuppressions(store.database, "acme")).toEqual(new Map());
});

test("v_suppressions says of one that ends within a day that it ends soon", async () => {
  const nowUs = Date.now() * 1000;
  const soon = suppressed({ id: "soon", matcher: { rule: "a", signal: "b" } }, nowUs - minuteUs);
  const far = suppressed(
    { id: "far", matcher: { rule: "a", signal: "b" }, untilUs: nowUs + 2 * 86_400_000_000 },
    nowUs - minuteUs,
  );
  await storeDecided(store.database, "control", [
    { position: 90, record: { ...soon, tenant: "soon" } },
    { position: 91, record: { ...far, tenant: "soon" } },
  ]);
  expect(
    await rows(
      "SELECT suppression_id, state, ends_soon FROM v_suppressions WHERE tenant = 'soon' ORDER BY ends_at",
    ),
  ).toEqual([
    { suppression_id: "soon", state: "standing", ends_soon: 1 },
    { suppression_id: "far", state: "standing", ends_soon: 0 },
  ]);
});

test("v_verdicts has the last word on each finding, and v_rule_quality what comes of them", async () => {
  expect(
    await rows(
      "SELECT verdict, toUInt32(verdicts) AS verdicts FROM v_verdicts ORDER BY verdicts DESC, verdict",
    ),
  ).toEqual([
    { verdict: "abuse", verdicts: 2 },
    { verdict: "abuse", verdicts: 1 },
    { verdict: "benign", verdicts: 1 },
    { verdict: "misconfiguration", verdicts: 1 },
  ]);
  expect(
    await rows(
      "SELECT toUInt32(findings) AS findings, toUInt32(suppressed) AS suppressed, toUInt32(stormed) AS stormed, toUInt32(judged) AS judged, precision FROM v_rule_quality WHERE rule = 'loud'",
    ),
  ).toEqual([{ findings: 51, suppressed: 2, stormed: 49, judged: 4, precision: 0.75 }]);
});

test("a hidden finding is read as it was written, and is no episode", async () => {
  const reader = storeReader(store.database, store.name);
  const found = await reader.findings({ tenant: "default", identityId: "agent:quiet", limit: 10 });
  expect(found.map(({ hidden, signal, severity }) => ({ hidden, signal, severity }))).toEqual(
    [1, 2].map(() => ({
      hidden: { by: "suppression s1", severity: "medium" },
      signal: "heard",
      severity: "info",
    })),
  );
  expect(
    await rows("SELECT toUInt32(count()) AS n FROM v_episodes WHERE identity_id = 'agent:quiet'"),
  ).toEqual([{ n: 0 }]);
});

test("the SQL of a storm gives its numbers", async () => {
  const storm = stepped.findings.find(({ rule }) => rule === "detector-storm");
  expect(storm?.why).toMatchObject({ findings: 51, identities: 20, knownIdentities: 21 });
  expect(await store.server.query(storm!.sql.replaceAll("FROM v_", `FROM ${store.name}.v_`))).toEqual([
    storm?.why,
  ]);
});
