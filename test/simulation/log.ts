import { encodeSpans } from "../../detector/replay/otlp.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";

/** What else is wrong while processes end: one of these, or all at once. */
export const troubles = ["none", "duplicate", "ambiguous", "late", "reordered", "all"] as const;
export type Trouble = (typeof troubles)[number];

/** A span as it is drawn. */
export interface LogSpan {
  readonly identity: number;
  readonly operation: string;
  /** Event time since the span before. */
  readonly gapMs: number;
  readonly kind: string;
  /** How much earlier than its neighbours it began, where `isLate`. */
  readonly lateMs: number;
  readonly isLate: boolean;
  /** How long its record was under way, where order of arrival is not that of events; cut to what the window reaches. */
  readonly delayMs: number;
  /** How far the clock of its process was set back then, where order of arrival is not that of events; cut likewise. */
  readonly stepMs: number;
}

/** A record as it is drawn. */
export interface Entry {
  readonly spans: readonly LogSpan[];
  /** Who delivers it. */
  readonly source: string;
  readonly isGarbage: boolean;
  readonly again: number | null;
  readonly spanAgain: number | null;
}

export interface SimulatedLog {
  /** As it arrives. */
  readonly records: readonly LogRecord[];
  /** Without what came twice; what is left keeps its offsets. */
  readonly withoutDuplicates: readonly LogRecord[];
  /** In the order of events. */
  readonly inOrder: readonly LogRecord[];
  /** Spans in `records`; what nobody can read counts as one. */
  readonly spans: number;
}

type Span = Parameters<typeof encodeSpans>[0][number];

interface Draft {
  readonly atMs: number;
  readonly arrivalMs: number;
  readonly source: string;
  /** Nothing: bytes that nobody can read. */
  readonly spans: readonly Span[];
  /** Spans from an earlier record, behind its own. */
  readonly again: readonly Span[];
}

/** From this record on the log's time is that of the next hour. */
const hourEndsAtRecord = 2;
const hourMs = 3_600_000;

const startMs = 1_769_990_000_000;
/** From a record's arrival to when the log has taken it. */
const takingMs = 20;

/** Makes a partition's log. Offsets have gaps, as those of compacted or transactional topics do. */
export function recordsOf(
  partition: number,
  entries: readonly Entry[],
  trouble: Trouble,
  windowMs: number,
): SimulatedLog {
  const has = (one: Trouble): boolean => trouble === one || trouble === "all";
  // Where the order of arrival is not that of events, nothing comes after what ended more than half a window later: the
  // first span of a record waits for the second, both for the record, and a clock set back makes them seem older still.
  // Events lie close then, so that their order differs; no two at one instant.
  const [gapBelowMs, delayBelowMs, stepBelowMs] =
    windowMs === 0 ? [499, 499, 1] : [windowMs / 8, windowMs / 4, windowMs / 8];
  const drafts: Draft[] = [];
  let atMs = startMs;
  let made = partition * 1000;
  for (const { spans: drawn, source, isGarbage, again, spanAgain } of entries) {
    const spans = drawn.map((one) => {
      atMs += has("reordered") ? 1 + (one.gapMs % gapBelowMs) : one.gapMs;
      made += 1;
      const behindMs =
        (has("late") && one.isLate ? one.lateMs : 0) + (has("reordered") ? one.stepMs % stepBelowMs : 0);
      return spanOf(one, partition, made, atMs - behindMs);
    });
    const earlier = drafts.flatMap((draft) => draft.spans).filter(isReadable);
    const repeated =
      has("duplicate") && spanAgain !== null && spans.every(isReadable) ? nth(earlier, spanAgain) : [];
    const arrivalMs = has("reordered") ? atMs + ((drawn[0]?.delayMs ?? 0) % delayBelowMs) : atMs;
    const place = { atMs, arrivalMs, source };
    drafts.push({ ...place, spans: isGarbage ? [] : spans, again: isGarbage ? [] : repeated });
    const readable = drafts.filter((draft) => draft.spans.length > 0);
    if (!has("duplicate") || again === null) continue;
    for (const { spans: first } of nth(readable, again)) {
      const copied = first.filter(isReadable);
      if (copied.length > 0) drafts.push({ ...place, arrivalMs: arrivalMs + 1, spans: [], again: copied });
    }
  }
  const arrived = drafts.toSorted((one, other) => one.arrivalMs - other.arrivalMs);
  // In another order of arrival the same events would fall into another hour of the log.
  const hourEndsAt = has("reordered") ? Number.POSITIVE_INFINITY : hourEndsAtRecord;
  const recordOf = (draft: Draft, at: number, arrivalMs: number): LogRecord =>
    recordAt(draft, at, arrivalMs + takingMs + (at < hourEndsAt ? 0 : hourMs));
  return {
    records: arrived.map((draft, at) => recordOf(draft, at, draft.arrivalMs)),
    withoutDuplicates: arrived
      .map((draft, at) => ({ draft: { ...draft, again: [] }, at, isCopy: isCopy(draft) }))
      .filter((one) => !one.isCopy)
      .map(({ draft, at }) => recordOf(draft, at, draft.arrivalMs)),
    inOrder: drafts.map((draft, at) => recordOf(draft, at, draft.atMs)),
    spans: drafts.reduce((sum, { spans, again }) => sum + Math.max(1, spans.length + again.length), 0),
  };
}

/** What can't be read has no identity by which to know it again: delivered twice, it is two dead letters. */
const isReadable = ({ spanId }: Span): boolean => !/^0+$/u.test(spanId);

const isCopy = ({ spans, again }: Draft): boolean => spans.length === 0 && again.length > 0;

const nth = <T>(values: readonly T[], at: number): readonly T[] =>
  values.length === 0 ? [] : values.slice(at % values.length, (at % values.length) + 1);

function recordAt({ spans, again, source }: Draft, at: number, atMs: number): LogRecord {
  const all = [...spans, ...again];
  return {
    offset: at * 2 + 5,
    key: "g0001",
    value: all.length === 0 ? Buffer.from("this is no protobuf") : encodeSpans(all),
    headers: source === "" ? {} : { "nhi-source": source },
    timestampMs: atMs,
  };
}

/** An identity lives in one partition; `seq` counts the spans of its one process. */
function spanOf({ identity, operation, kind }: LogSpan, partition: number, seq: number, atMs: number): Span {
  return {
    identityId: `agent:${String(partition)}-${String(identity)}`,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: (kind === "unreadable" ? "" : String(seq)).padStart(16, "0"),
    name: operation,
    kind: "internal",
    startMs: atMs,
    endMs: atMs + 1,
    failed: false,
    attributes: {
      "nhi.identity.id": `agent:${String(partition)}-${String(identity)}`,
      "service.instance.id": `process-${String(partition)}`,
      "nhi.seq": seq,
      ...(kind === "no action" ? {} : { "nhi.action.kind": "tool_call", "nhi.action.name": operation }),
    },
  };
}
