import { resourceAttributes, spanAttributes } from "./agent-batch.ts";
import type { Asking } from "./store.ts";

/** Attributes that are columns of an action; all others are in its map. */
const columns: Readonly<Record<string, string>> = {
  "nhi.identity.id": "identity_id",
  "nhi.identity.kind": "identity_kind",
  "nhi.action.kind": "kind",
  "nhi.action.name": "operation",
  "nhi.action.mutating": "mutating",
  "nhi.resource.id": "resource_ids[1]",
  "nhi.resource.kind": "resource_kinds[1]",
  "nhi.resource.origin": "resource_origins[1]",
  "nhi.session.id": "session_id",
};

const sampled = 200;

/**
 * Reads spans spread over all that was sent back from both stores, and compares every attribute with what was sent.
 *
 * @throws Error naming the first span and attribute that differ.
 */
export async function expectAttributes(
  store: Asking,
  database: string,
  peerTable: string,
  sent: number,
): Promise<void> {
  const indexes = Array.from({ length: sampled }, (_, at) => Math.floor((at * sent) / sampled) + (at % 200));
  const expected = new Map(
    indexes.map((index) => [
      String(spanAttributes(index)["gen_ai.tool.call.id"]),
      textsOf({ ...resourceAttributes, ...spanAttributes(index) }),
    ]),
  );
  const calls = [...expected.keys()];
  const ours = await store.rows<Row>(
    `SELECT mapUpdate(attributes::Map(String, String), map(${Object.entries(columns)
      .map(([name, column]) => `'${name}', toString(${column})`)
      .join(
        ", ",
      )})) AS found FROM ${database}.v_actions WHERE attributes['gen_ai.tool.call.id'] IN {calls:Array(String)}`,
    { calls },
  );
  const theirs = await store.rows<Row>(
    `SELECT mapUpdate(ResourceAttributes::Map(String, String), SpanAttributes::Map(String, String)) AS found
     FROM ${peerTable} WHERE SpanAttributes['gen_ai.tool.call.id'] IN {calls:Array(String)}`,
    { calls },
  );
  compare("answerable", ours, expected);
  compare("the Collector", theirs, expected);
}

type Texts = Readonly<Record<string, string>>;
interface Row {
  readonly found: Texts;
}

function compare(who: string, rows: readonly Row[], expected: ReadonlyMap<string, Texts>): void {
  if (rows.length !== expected.size)
    throw new Error(`${who} gives back ${rows.length} of ${expected.size} sampled spans`);
  for (const { found } of rows) {
    const call = found["gen_ai.tool.call.id"] ?? "";
    for (const [name, value] of Object.entries(expected.get(call) ?? {})) {
      if (found[name] !== value)
        throw new Error(
          `${who} gives back ${JSON.stringify(found[name])} as ${name} of ${call}, which was sent as ${JSON.stringify(value)}`,
        );
    }
  }
}

const textsOf = (values: Readonly<Record<string, string | number | boolean>>): Texts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
