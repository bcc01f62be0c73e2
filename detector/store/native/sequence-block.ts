import type { ActionColumns } from "../../attribute/action-columns.ts";
import type { SequenceColumns } from "../../attribute/sequence-columns.ts";
import type { RecordPlaces } from "../../detect/record-places.ts";
import { clockStepUs } from "../../integrity/limits.ts";
import { boundedUs } from "./bounded.ts";
import { NativeBlock } from "./native-block.ts";

/** Numbers of one process in one chunk, all of one run of it as far as the chunk can tell. */
interface Segment {
  readonly nth: number;
  /** A row of the columns that names the process. */
  readonly row: number;
  count: number;
  starts: number;
  firstSeq: number;
  lastSeq: number;
  firstAtUs: number;
  lastAtUs: number;
  receivedAtMs: number;
}

/** The numbers of a chunk's spans as a block for the table `process_sequences`; undefined when there is none. */
export function sequenceBlock(
  { sequences, dictionary }: ActionColumns,
  places: RecordPlaces,
  fromOffset: number,
): Buffer | undefined {
  if (sequences.count === 0) return undefined;
  const { segments, segmentOf } = segmentsOf(sequences, places);
  const ends = new Int32Array(segments.length);
  let end = 0;
  for (const { nth, count } of segments) ends[nth] = end += count;
  const { seqs, ats } = sorted(sequences, segmentOf, ends);
  const codes = (of: Int32Array): Int32Array => Int32Array.from(segments, ({ row }) => of[row]!);
  const block = new NativeBlock(Int32Array.from(segments.keys()), dictionary);
  const longs = (name: string, type: string, valueOf: (segment: Segment) => number): void =>
    block.longs(name, type, (row) => valueOf(segments[row]!));
  block.lowCardinality("tenant", codes(sequences.tenant));
  block.lowCardinality("source", codes(sequences.source));
  block.strings("process", codes(sequences.process));
  longs("received_at", "DateTime64(3, 'UTC')", ({ receivedAtMs }) => receivedAtMs);
  block.constant("topic", dictionary.add(places.topic));
  block.ints("partition", () => places.partition);
  block.longs("from_offset", "Int64", () => fromOffset);
  block.ints("nth", (row) => row);
  block.ints("starts", (row) => segments[row]!.starts);
  longs("first_at", "DateTime64(6, 'UTC')", ({ firstAtUs }) => boundedUs(firstAtUs));
  longs("last_at", "DateTime64(6, 'UTC')", ({ lastAtUs }) => boundedUs(lastAtUs));
  longs("first_seq", "UInt64", ({ firstSeq }) => firstSeq);
  longs("last_seq", "UInt64", ({ lastSeq }) => lastSeq);
  block.longArrays("seqs", "Array(UInt64)", seqs, (row) => ends[row]!);
  block.longArrays("ats", "Array(DateTime64(6, 'UTC'))", ats, (row) => ends[row]!);
  return block.finish();
}

/** Which segment each row is in. Neighbours mostly come out of one process. */
function segmentsOf(
  { tenant, source, process, record, isStart, seq, startedAtUs, endedAtUs, count }: SequenceColumns,
  places: RecordPlaces,
): { readonly segments: readonly Segment[]; readonly segmentOf: Int32Array } {
  const segments: Segment[] = [];
  const segmentOf = new Int32Array(count);
  const open = new Map<string, Segment>();
  let current: Segment | undefined;
  for (let row = 0; row < count; row += 1) {
    const isSame =
      current !== undefined &&
      process[row] === process[current.row] &&
      source[row] === source[current.row] &&
      tenant[row] === tenant[current.row];
    if (!isSame) current = open.get(keyOf(row));
    const atMs = places.atMs(record[row]!);
    if (current === undefined || beginsAnew(current, seq[row]!, startedAtUs[row]!)) {
      current = newSegment(segments.length, row, seq[row]!, atMs);
      segments.push(current);
      open.set(keyOf(row), current);
    }
    add(current, seq[row]!, startedAtUs[row]!, endedAtUs[row]!, atMs);
    current.starts += isStart[row]!;
    segmentOf[row] = current.nth;
  }
  return { segments, segmentOf };

  function keyOf(row: number): string {
    return `${String(tenant[row])},${String(source[row])},${String(process[row])}`;
  }
}

/** Numbers only rise while a process lives, so a lower one of a span that began after all others were over is of its next life. */
function beginsAnew({ lastSeq, lastAtUs }: Segment, seq: number, startedAtUs: number): boolean {
  return seq <= lastSeq && startedAtUs > lastAtUs + clockStepUs;
}

const newSegment = (nth: number, row: number, seq: number, receivedAtMs: number): Segment => ({
  nth,
  row,
  count: 0,
  starts: 0,
  firstSeq: seq,
  lastSeq: seq,
  firstAtUs: Number.POSITIVE_INFINITY,
  lastAtUs: 0,
  receivedAtMs,
});

function add(to: Segment, seq: number, startedAtUs: number, endedAtUs: number, atMs: number): void {
  to.count += 1;
  to.firstSeq = Math.min(to.firstSeq, seq);
  to.lastSeq = Math.max(to.lastSeq, seq);
  to.firstAtUs = Math.min(to.firstAtUs, startedAtUs);
  to.lastAtUs = Math.max(to.lastAtUs, endedAtUs);
  to.receivedAtMs = Math.max(to.receivedAtMs, atMs);
}

/** Numbers and instants, those of one segment side by side. */
function sorted(
  { seq, endedAtUs, count }: SequenceColumns,
  segmentOf: Int32Array,
  ends: Int32Array,
): { readonly seqs: Float64Array; readonly ats: Float64Array } {
  const seqs = new Float64Array(count);
  const ats = new Float64Array(count);
  const next = Int32Array.from(ends, (_, nth) => (nth === 0 ? 0 : ends[nth - 1]!));
  for (let row = 0; row < count; row += 1) {
    const segment = segmentOf[row]!;
    const to = next[segment]!;
    next[segment] = to + 1;
    seqs[to] = seq[row]!;
    ats[to] = boundedUs(endedAtUs[row]!);
  }
  return { seqs, ats };
}
