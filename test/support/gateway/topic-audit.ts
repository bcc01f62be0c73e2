/** What lies in a span topic that a Collector of ours writes to, told span by span by a decoder that is not ours. */
import { keyGroup } from "../../../detector/decode/index.ts";
import { collectedRecords, spansIn } from "../collected-spans.ts";
import type { ReadRecord } from "../kafka/records.ts";

/** Sums over a topic. */
export interface TopicAudit {
  readonly records: number;
  /** How often each span lies in it, by span id in hex, with `:start` where it is the start of one. */
  readonly spans: ReadonlyMap<string, number>;
  /** Spans that lie in it more than once, each time after the first counted. */
  readonly duplicates: number;
  readonly identities: ReadonlySet<string>;
  /** What is wrong with records: a key, a header, a stamp, a span of another key group. */
  readonly wrong: readonly string[];
}

/** Reads a whole topic; every record must be of one key group and one tenant, and say so in its key and its headers. */
export async function auditTopic(
  brokers: readonly string[],
  topic: string,
  tenant = "default",
): Promise<TopicAudit> {
  const records = await collectedRecords(brokers, topic);
  const spans = new Map<string, number>();
  const identities = new Set<string>();
  const wrong: string[] = [];
  for (const record of records) {
    const place = `${String(record.partition)}:${String(record.offset)}`;
    wrong.push(...envelope(record, tenant).map((what) => `${place}: ${what}`));
    for (const { spanId, identity } of spansOf(record)) {
      spans.set(spanId, (spans.get(spanId) ?? 0) + 1);
      identities.add(identity);
      const group = keyGroup(tenant, identity);
      if (group !== record.key) wrong.push(`${place}: a span of ${identity} (${group}) under ${record.key}`);
    }
  }
  const total = [...spans.values()].reduce((sum, times) => sum + times, 0);
  return { records: records.length, spans, duplicates: total - spans.size, identities, wrong };
}

/** What is wrong with a record's key and headers. */
function envelope({ key, headers }: ReadRecord, tenant: string): readonly string[] {
  const wanted: Readonly<Record<string, string>> = {
    "nhi-key-group": key,
    "nhi-key-groups": "1024",
    "nhi-tenant": tenant,
    "nhi-bound": "1",
    "nhi-source": "test",
  };
  const names = new Set([...Object.keys(wanted), ...Object.keys(headers)]);
  return [
    ...(/^g(?:0\d{3}|10[01]\d|102[0-3])$/u.test(key) ? [] : [`key ${key}`]),
    ...[...names]
      .filter((name) => headers[name] !== wanted[name])
      .map((name) => `header ${name} is ${String(headers[name])}, not ${String(wanted[name])}`),
  ];
}

/** Each span's id in hex, with `:start` where it is the start of one, and the identity that it is stamped with. */
function spansOf(record: ReadRecord): readonly { readonly spanId: string; readonly identity: string }[] {
  return spansIn(record).map(({ spanId, texts }) => ({
    // An action that takes long, or weighs, is told of when it starts as well, under the same span id.
    spanId: `${spanId}${texts.get("nhi.phase") === "start" ? ":start" : ""}`,
    identity: texts.get("nhi.bound.id") ?? "",
  }));
}
