/** What identities do whose names and habits are hard on printed SQL. */
import { builtAtUs, judgedWith, spanIdOf } from "./build.ts";
import { nameOf } from "./odd-names.ts";
import type { Judged } from "./stepped.ts";

const secret = (id: string): { resources: { id: string; kind: string; origin: string }[] } => ({
  resources: [{ id, kind: "secret", origin: "prompt" }],
});

/** One identity with a habit and then news of every kind, among actions that are late, forged, or there twice. */
export function awkwardLog(): Judged[] {
  const hourUs = 3_600_000_000;
  const identityId = "agent:o'brien\\{before}\n😀 FROM v_actions";
  const base = {
    identityId,
    tenant: "acme 'x'",
    network: "10.0.0.7",
    path: ["user:o'brien", identityId],
    attributes: { "k8s.deployment.name": "o'brien\\", "nhi.credential.type": "api_key" },
  };
  const vault = { kind: "secret_read", operation: "vault.kv.read" } as const;
  // Half of the day, so that the other half would be news.
  const at = (n: number): number => builtAtUs + (n + 12 * Math.floor(n / 12)) * hourUs;
  const file = { operation: "file.open", resources: [{ id: "notes", kind: "file", origin: "" }] };
  const files = (n: number): typeof file => ({
    ...file,
    resources: [{ id: nameOf(n), kind: "file", origin: "" }],
  });
  const habit = Array.from({ length: 480 }, (_, n) =>
    judgedWith(1000 + n, {
      ...base,
      ...(n % 2 === 0 ? { ...vault, ...secret("kv/app") } : files(n)),
      startedAtUs: at(n),
      sessionId: `day ${Math.floor(n / 24)}`,
      mutating: n % 4 === 0,
    }),
  );
  const forged = judgedWith(1500, { ...base, ...vault, ...secret("kv/forged"), startedAtUs: at(9999) });
  const late = judgedWith(1501, { ...base, ...vault, ...secret("kv/late"), startedAtUs: at(3) });
  const news = [
    judgedWith(1502, {
      ...base,
      ...vault,
      ...secret("kv/o'brien\\😀{x:String}"),
      startedAtUs: at(481),
      network: "2001:db8::1",
    }),
    judgedWith(1503, {
      ...base,
      ...vault,
      ...secret("kv/o'brien\\😀{x:String}"),
      startedAtUs: at(482),
      sessionId: "again",
    }),
    judgedWith(1504, {
      ...base,
      operation: "mail.send",
      mutating: true,
      resources: [{ id: "mallory", kind: "mail", origin: "tool:mail.read" }],
      startedAtUs: at(483),
    }),
    judgedWith(1507, {
      ...base,
      ...files(1507),
      startedAtUs: builtAtUs + 974 * hourUs,
      path: ["user:somebody\\'", identityId],
      attributes: { "service.name": "shell'\\", "nhi.credential.type": "jwt'\\" },
    }),
    judgedWith(1506, {
      ...base,
      ...file,
      startedAtUs: at(484.5),
      strength: "verified",
      source: "spiffe://acme/o'brien\\",
      attributes: { "nhi.bound.contradicted": "agent:pay'roll\\{before}\n😀 FROM v_actions" },
    }),
    judgedWith(1505, {
      ...base,
      operation: "file.open",
      resources: [{ id: "r".repeat(1000), kind: "file", origin: "" }],
      startedAtUs: at(484),
    }),
  ];
  const failing = Array.from({ length: 6 }, (_, nth) =>
    judgedWith(1700 + nth, {
      ...base,
      operation: "db.connect'\\{before}",
      resources: [{ id: "orders'\\", kind: "db", origin: "" }],
      status: "error",
      startedAtUs: at(506 + nth),
    }),
  );
  const inOneRecord = [0, 1, 2].map((index) => {
    const one = judgedWith(1600, {
      ...base,
      ...vault,
      ...secret(`kv/${index}`),
      spanId: spanIdOf(9000 + index),
      startedAtUs: at(485),
    });
    return { ...one, position: { ...one.position, index } };
  });
  return [
    ...habit,
    { ...forged, position: { ...forged.position, atMs: at(480) / 1000 } },
    late,
    ...news,
    ...news,
    ...inOneRecord,
    ...failing,
  ];
}

/** One identity that works every hour, then more, then with new things, and again after a long rest. */
export function busyLog(offset: number): Judged[] {
  const hourUs = 3_600_000_000;
  const one = (nth: number, bytes: number, resource: string, hours = nth): Judged =>
    judgedWith(offset + nth, {
      identityId: "agent:busy",
      resources: [{ id: resource, kind: "object", origin: "" }],
      startedAtUs: builtAtUs + hours * hourUs,
      sessionId: `day ${Math.floor(nth / 24)}`,
      attributes: { "nhi.result.bytes": String(bytes) },
    });
  return [
    ...Array.from({ length: 1300 }, (_, nth) => one(nth, 1000, "crm/eu")),
    ...Array.from({ length: 96 }, (_, nth) => one(1300 + nth, 1500, "crm/eu")),
    one(1396, 90_000, "crm/eu"),
    ...Array.from({ length: 40 }, (_, nth) => one(1397 + nth, 1000, `new/${nth}`)),
    one(1437, 1000, "crm/eu", 1437 + 2400),
  ];
}
