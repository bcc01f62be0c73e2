import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { DeliveryAttempt, PendingAlert } from "../../detector/alert/ports.ts";
import { controlLogTable } from "../../detector/store/control-log.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { outbox } from "../../detector/store/outbox.ts";
import { openSpanLog } from "../../detector/store/span-log.ts";
import type { LogRecord, OutboxAlert } from "../../detector/stream/ports.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { claimed } from "../support/claimed.ts";
import { judgedOf } from "../support/actions.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { builtAtUs, grantWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.drop());

const partition = { topic: "nhi.spans", partition: 0 };
const nowMs = Math.floor(Date.now());

const alert = (id: string, episode: string, second: number, tenant = "default"): OutboxAlert => ({
  id: id.repeat(32),
  tenant,
  episodeId: episode.repeat(32),
  atUs: builtAtUs + second * 1_000_000 + 7,
  body: JSON.stringify({ title: `o'brien "${id}" 😀` }),
});
const alerts = [
  alert("b", "1", 30),
  alert("a", "1", 10),
  alert("c", "2", 20),
  alert("c", "2", 5, "acme"),
  alert("d", "3", 40),
];
const attempt = (of: OutboxAlert | undefined, parts: Partial<DeliveryAttempt>): DeliveryAttempt => ({
  alertId: of?.id ?? "",
  tenant: of?.tenant ?? "",
  destination: "pager",
  attempt: 1,
  atMs: nowMs,
  outcome: "failed",
  status: 503,
  error: "the destination answered 503",
  nextAtMs: nowMs + 1234,
  ...parts,
});
const pending = async (destination = "pager", limit = 10): Promise<readonly PendingAlert[]> =>
  outbox(store.database, "one").pending(destination, limit);
const ids = async (destination = "pager"): Promise<string[]> =>
  (await pending(destination)).map(({ alert: one }) => `${one.tenant}/${one.id[0]}`);

describe("the outbox", () => {
  beforeAll(async () => {
    await detectStore(store.database, "one").write(partition, planWith(0, 1), {
      actions: judgedOf([]),
      findings: [],
      alerts,
      responses: [],
    });
  });

  test("has what was never sent, oldest first, one an episode", async () => {
    expect(await ids()).toEqual(["acme/c", "default/a", "default/c", "default/d"]);
    expect(await pending("pager", 2)).toEqual([
      { alert: alerts[3], lastAttempt: undefined },
      { alert: alerts[1], lastAttempt: undefined },
    ]);
  });

  test("gives the newest failed attempt with it, to the millisecond", async () => {
    const box = outbox(store.database, "one");
    const [first, second] = [
      attempt(alerts[1], {}),
      attempt(alerts[1], { attempt: 2, status: 0, error: "no answer", nextAtMs: nowMs + 60_001 }),
    ];
    await box.record([second]);
    await box.record([first]);
    const found = (await pending()).find((one) => one.alert.id === alerts[1]?.id);
    expect(found?.lastAttempt).toEqual(second);
  });

  test("keeps an attempt recorded twice once", async () => {
    await outbox(store.database, "one").record([attempt(alerts[1], {})]);
    const [row] = await store.database.query<{ n: number }>(
      "SELECT count() AS n FROM alert_deliveries FINAL",
    );
    expect(row?.n).toBe(2);
  });

  test("tells nothing more of an episode that was delivered, whichever of its alerts it was", async () => {
    await outbox(store.database, "one").record([
      attempt(alerts[1], { attempt: 3, outcome: "delivered", status: 200, error: "", nextAtMs: 0 }),
    ]);
    expect(await ids()).toEqual(["acme/c", "default/c", "default/d"]);
  });

  test("gives up an abandoned alert", async () => {
    await outbox(store.database, "one").record([attempt(alerts[2], { outcome: "abandoned", nextAtMs: 0 })]);
    expect(await ids()).toEqual(["acme/c", "default/d"]);
  });

  test("keeps destinations apart", async () => {
    expect(await ids("chat")).toEqual(["acme/c", "default/a", "default/c", "default/d"]);
  });

  test("belongs to whoever claimed it last", async () => {
    const [one, two] = [outbox(store.database, "one"), outbox(store.database, "two")];
    const first = await one.claim();
    expect(await one.owns(first)).toBe(true);
    const second = await two.claim();
    expect([await one.owns(first), await two.owns(second)]).toEqual([false, true]);
  });

  test("gives a generation to each of several that claim at once", async () => {
    const owners = Array.from({ length: 6 }, (_, n) => outbox(store.database, `owner-${n}`));
    const generations = await Promise.all(owners.map((one) => one.claim()));
    expect(new Set(generations).size).toBe(owners.length);
    const owning = await Promise.all(owners.map((one, at) => one.owns(generations[at] ?? 0)));
    expect(owning.filter(Boolean)).toHaveLength(1);
    expect(owning[generations.indexOf(Math.max(...generations))]).toBe(true);
  });
});

const given = (id: string): ControlRecord => ({
  kind: "grant_given",
  tenant: "default",
  author: "user:ana",
  atUs: builtAtUs,
  grant: grantWith({ id, approver: "o'brien 😀" }),
});

describe("the control log", () => {
  test("is empty at first", async () => {
    expect(await controlLogTable(store.database).read(0)).toEqual([]);
  });

  test("gives its entries back in order, from any position on", async () => {
    const log = controlLogTable(store.database);
    const revoked: ControlRecord = {
      kind: "grant_revoked",
      tenant: "default",
      author: "user:ana",
      atUs: builtAtUs,
      grantId: "a",
    };
    await log.append([given("a"), revoked]);
    expect(await log.read(0)).toEqual([
      { position: 0, record: given("a") },
      { position: 1, record: revoked },
    ]);
    expect(await log.read(1)).toEqual([{ position: 1, record: revoked }]);
    expect(await log.read(2)).toEqual([]);
  });

  test("gives each entry of several writers at once a position of its own, without a gap", async () => {
    const writers = ["x", "y", "z"].map((name) =>
      Array.from({ length: 10 }, (_, n) => given(`${name}-${n}`)),
    );
    await Promise.all(writers.map((records) => controlLogTable(store.database).append(records)));
    const entries = await controlLogTable(store.database).read(2);
    expect(entries.map((one) => one.position)).toEqual(entries.map((_, at) => at + 2));
    const written = entries.map(({ record }) => (record.kind === "grant_given" ? record.grant.id : ""));
    expect(written.toSorted()).toEqual(
      writers
        .flat()
        .map((one) => (one.kind === "grant_given" ? one.grant.id : ""))
        .toSorted(),
    );
    // Each writer's entries keep their order.
    writers.forEach((records) => {
      const own = entries.filter(({ record }) =>
        records.some((one) => JSON.stringify(one) === JSON.stringify(record)),
      );
      expect(own.map((one) => one.record)).toEqual(records);
    });
  });
});

const log = { topic: "nhi.spans", partition: 7 };
const record = (n: number): { key: string; value: Uint8Array; headers: Record<string, string> } => ({
  key: `g000${n % 10}`,
  value: Uint8Array.from([0, 255, n % 256, 10]),
  headers: { "nhi-tenant": "o'brien 😀" },
});
const all = async (from: number): Promise<LogRecord[]> => {
  const found: LogRecord[] = [];
  for await (const page of (await openSpanLog(store.database, log)).read(from)) found.push(...page);
  return found;
};
const plain = (records: readonly LogRecord[]): unknown =>
  records.map((one) => ({ ...one, value: [...one.value] }));

describe("the span log", () => {
  test("gives records back as they were appended, bytes, headers and instant", async () => {
    const placed = await (await openSpanLog(store.database, log)).append([record(1), record(2)], nowMs);
    expect(placed.map((one) => one.offset)).toEqual([0, 1]);
    expect(plain(await all(0))).toEqual(plain(placed));
    expect(plain(placed)).toEqual(
      [1, 2].map((n, offset) => ({ ...record(n), value: [...record(n).value], offset, timestampMs: nowMs })),
    );
  });

  test("goes on behind its last record when it is opened again", async () => {
    const [placed] = await (await openSpanLog(store.database, log)).append([record(3)], nowMs);
    expect(placed?.offset).toBe(2);
    expect((await all(1)).map((one) => one.offset)).toEqual([1, 2]);
  });

  test("reads more than a page, in order", async () => {
    await (
      await openSpanLog(store.database, log)
    ).append(
      Array.from({ length: 1203 }, (_, n) => record(n)),
      nowMs,
    );
    expect((await all(0)).map((one) => one.offset)).toEqual(
      Array.from({ length: 1206 }, (_, offset) => offset),
    );
  });

  test("is not given what another partition holds", async () => {
    const found: unknown[] = [];
    for await (const page of (await openSpanLog(store.database, { ...log, partition: 8 })).read(0))
      found.push(page);
    expect(found).toEqual([]);
  });

  test("goes on where the detector stands when its retention has emptied it", async () => {
    const emptied = { ...log, partition: 9 };
    const detector = detectStore(store.database, "one");
    const { generation } = await claimed(detector, emptied);
    const plan = planWith(0, 4711);
    const counts = countsWith();
    await detector.save(emptied, {
      plan,
      generation,
      counts,
      progress: progressAfter(plan),
      states: new Map(),
    });
    const [placed] = await (await openSpanLog(store.database, emptied)).append([record(1)], nowMs);
    expect(placed?.offset).toBe(4711);
  });

  test("places a record once whose insert is tried again", async () => {
    const retried = { ...log, partition: 10 };
    // A second handle that knows nothing of the first insert is what a retry after a lost answer looks like.
    const [one, two] = [
      await openSpanLog(store.database, retried),
      await openSpanLog(store.database, retried),
    ];
    await one.append([record(1)], nowMs);
    await two.append([record(1)], nowMs);
    const [row] = await store.database.query<{ n: number }>(
      "SELECT count() AS n FROM span_log WHERE partition = 10",
    );
    expect(row?.n).toBe(1);
  });
});
