/** Spans that real instrumentation libraries sent, and what the shipped table makes of each. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { identityTooLong } from "../../detector/attribute/identity-limit.ts";
import { idText, writeActionId } from "../../detector/attribute/ids.ts";
import type { Attributor } from "../../detector/attribute/table.ts";
import {
  absent,
  asProtobuf,
  defaultLimits,
  empty,
  keyGroup,
  readTraces,
  type SpanRow,
} from "../../detector/decode/index.ts";
import { repositoryRoot } from "./repository.ts";

export const recordingsFolder = join(repositoryRoot, "test/recordings");
const spansFolder = join(recordingsFolder, "spans");

/** What is expected of one span. */
export interface Told {
  readonly span: string;
  readonly actionId: string;
  /** Its identity's id is longer than an id may be, so the span is refused. */
  readonly tooLong?: true;
  readonly identity: {
    readonly id: string;
    readonly kind: string;
    readonly strength: string;
    readonly rule: string;
    readonly keyGroup: string;
  };
  readonly action: {
    readonly rule: string;
    readonly kind: string;
    readonly operation: string;
    readonly resource: string;
    readonly resourceKind: string;
    readonly mutating: boolean;
  } | null;
}

/** Names of the recordings, without their ending. */
export const recordings: readonly string[] = readdirSync(spansFolder)
  .filter((name) => name.endsWith(".json") && name !== "expected.json")
  .map((name) => name.slice(0, -".json".length))
  .toSorted();

/** The OTLP JSON of a recording, as protobuf. */
export function recorded(name: string): Uint8Array {
  return protobufOf(readFileSync(join(spansFolder, `${name}.json`)));
}

/** OTLP JSON as protobuf; what else is in the JSON is passed over. */
export function protobufOf(json: Uint8Array): Uint8Array {
  const taken = asProtobuf(json, "otlp_json", defaultLimits);
  if (!taken.ok) throw new Error(taken.message);
  return taken.bytes;
}

/** One row for each table, as what its rules remember is by code of one dictionary. */
const rows = new WeakMap<Attributor, SpanRow>();

/** What the table makes of each span of a request, in their order; a refused span is none of them. */
export function toldOf(request: Uint8Array, attributor: Attributor): Told[] {
  const row = rows.get(attributor) ?? attributor.newRow();
  rows.set(attributor, row);
  row.dictionary.clear();
  const all: Told[] = [];
  const decoded = readTraces(request, row, defaultLimits, () => all.push(oneOf(row, attributor)));
  if (!decoded.ok) throw new Error(decoded.message);
  return all;
}

function oneOf(row: SpanRow, attributor: Attributor): Told {
  const text = (code: number): string => (code === absent ? "" : row.dictionary.text(code));
  const { id, kind, strength, rule } = attributor.identify(row);
  const identity = { id: text(id), kind: text(kind), strength: text(strength), rule: text(rule) };
  const found = attributor.recognise(row);
  const action = found && {
    rule: text(found.rule),
    kind: text(found.kind),
    operation: text(found.operation),
    resource: text(found.resourceId),
    resourceKind: found.resourceId === absent ? "" : text(found.resourceKind || empty),
    mutating: found.mutating,
  };
  const { bytes } = row.dictionary;
  const ids = new Int32Array(4);
  const phase = text(row.code("nhi.phase")) === "start" ? "start" : "end";
  writeActionId(bytes, row.traceIdAt, row.spanIdAt, phase, ids, 0);
  return {
    span: bytes.toString("hex", row.spanIdAt, row.spanIdAt + 8),
    actionId: idText(ids, 0),
    ...(identityTooLong(row, id) === undefined ? {} : { tooLong: true }),
    identity: { ...identity, keyGroup: keyGroup("default", identity.id) },
    action: action ?? null,
  };
}
