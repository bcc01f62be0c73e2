import type { Origin } from "../attribute/attribute.ts";
import { identityTooLong } from "../attribute/identity-limit.ts";
import type { Attributor } from "../attribute/table.ts";
import {
  asProtobuf,
  type DecodeLimits,
  keyGroup,
  keyGroupCount,
  type OtlpEncoding as Encoding,
  readTraces,
  type RejectedSpan,
  type SpanRow,
  splitByGroup,
} from "../decode/index.ts";
import { headersOf } from "./headers.ts";
import type { OutgoingRecord } from "./ports.ts";

/** Who delivered a request and what it may say. */
export interface Sender {
  readonly tenant: string;
  /** Its name among the configured clients, "" on loopback. */
  readonly source: string;
  /** Whether it may speak for an identity. */
  readonly speaksFor: (identityId: string) => boolean;
  /** Whether its credential is bound to exactly this identity. */
  readonly proves: (identityId: string) => boolean;
}

export interface IntakeOptions {
  readonly attributor: Attributor;
  readonly limits: DecodeLimits;
  /** Largest value of a record; a group with more is spread over several records of the same key. */
  readonly recordBytesMax: number;
}

export type Intake =
  | {
      readonly ok: true;
      readonly records: readonly OutgoingRecord[];
      readonly spans: number;
      readonly rejected: readonly RejectedSpan[];
    }
  | { readonly ok: false; readonly reason: string; readonly message: string };

/**
 * Turns one OTLP request into records of exactly one key group each, on raw byte slices: spans are not re-encoded. Pure.
 * A span that can't be taken is rejected by itself.
 *
 * @example
 * const taken = intake(body, "otlp_proto", sender, { attributor, limits: defaultLimits, recordBytesMax: 900_000 });
 */
export function intake(body: Uint8Array, encoding: Encoding, sender: Sender, options: IntakeOptions): Intake {
  const { attributor, limits, recordBytesMax } = options;
  const taken = asProtobuf(body, encoding, limits);
  if (!taken.ok) return taken;
  const { bytes } = taken;
  const groups = new Map<number, string>();
  const verified = new Map<string, Set<string>>();
  const refused: RejectedSpan[] = [];
  const row = rowOf(attributor);
  row.dictionary.clear();
  const decoded = readTraces(bytes, row, limits, () => {
    const { id } = attributor.identify(row);
    const tooLong = identityTooLong(row, id);
    if (tooLong !== undefined) {
      refused.push(tooLong);
      return;
    }
    const name = row.dictionary.text(id);
    if (!sender.speaksFor(name)) {
      const who = sender.source === "" ? "this sender" : sender.source;
      refused.push({
        index: row.index,
        reason: "identity_not_allowed",
        message: `${who} may not speak for the identity it names`,
      });
      return;
    }
    const group = keyGroup(sender.tenant, name);
    groups.set(row.index, group);
    if (sender.proves(name)) verified.set(group, (verified.get(group) ?? new Set()).add(name));
  });
  if (!decoded.ok) return decoded;
  const parts = splitByGroup(bytes, (index) => groups.get(index));
  const records = [...parts].flatMap(([group, value]) => {
    const origin: Origin = {
      tenant: sender.tenant,
      source: sender.source,
      verified: verified.get(group) ?? new Set(),
      bound: false,
    };
    const headers = headersOf(group, keyGroupCount, origin);
    return halves(value, recordBytesMax).map((part) => ({ key: group, value: part, headers }));
  });
  return { ok: true, records, spans: decoded.spans, rejected: [...decoded.rejected, ...refused] };
}

/** One row for each table, as requests are read one at a time. */
const rows = new WeakMap<Attributor, SpanRow>();

function rowOf(attributor: Attributor): SpanRow {
  const row = rows.get(attributor) ?? attributor.newRow();
  rows.set(attributor, row);
  return row;
}

/** Splits a request of one group until each part fits, or holds a single span. */
function halves(value: Uint8Array, bytesMax: number): readonly Uint8Array[] {
  if (value.byteLength <= bytesMax) return [value];
  const spans = new Set<number>();
  splitByGroup(value, (index) => {
    spans.add(index);
    return undefined;
  });
  if (spans.size < 2) return [value];
  const middle = Math.floor(spans.size / 2);
  const parts = splitByGroup(value, (index) => (index < middle ? "first" : "second"));
  return [...parts.values()].flatMap((part) => halves(part, bytesMax));
}
