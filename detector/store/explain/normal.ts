import type { Finding, Normal } from "../../../schemas/index.ts";
import type { Database } from "../clickhouse.ts";
import { bounded, pastMax } from "./bounded.ts";
import type { CitedAction } from "./cited.ts";
import { pastBefore } from "./past.ts";
import { readUsual } from "./usual.ts";

interface Sums {
  readonly actions: number;
  readonly sessions: number;
  readonly sinceUs: number;
  readonly ofOperation: number;
  readonly ofKind: number;
}

const conditionOf: Readonly<Record<Normal["place"], string>> = {
  operation: "operation = {operation:String}",
  kind: "kind = {kind:String}",
  identity: "true",
};

/** What the identity usually did where the finding was made, before its first cited action. */
export async function readNormal(database: Database, finding: Finding, cited: CitedAction): Promise<Normal> {
  const { kind, operation } = cited;
  const before = pastBefore(finding, cited);
  const past = { ...before, params: { ...before.params, kind, operation } };
  const [sums] = await database.query<Sums>(
    bounded(
      `SELECT count() AS actions, uniqExact(session_id) AS sessions, toUnixTimestamp64Micro(min(started_at)) AS sinceUs,
         countIf(${conditionOf.operation}) AS ofOperation, countIf(${conditionOf.kind}) AS ofKind
       FROM ${past.from}`,
    ),
    past.params,
  );
  const { actions = 0, sessions = 0, sinceUs = 0, ofOperation = 0, ofKind = 0 } = sums ?? {};
  const place = ofOperation > 0 ? "operation" : ofKind > 0 ? "kind" : "identity";
  const usual = await readUsual(database, {
    past,
    place: conditionOf[place],
    aspects: ["operation", "resource", "resource kind", "origin", "network"],
    here: {
      operation: [operation],
      resource: cited.resourceIds,
      "resource kind": cited.resourceKinds,
      origin: cited.resourceOrigins.filter((one) => one !== ""),
      network: cited.network === "" ? [] : [cited.network],
    },
  });
  return { actions, sessions, sinceUs, isCut: actions === pastMax, place, usual };
}
