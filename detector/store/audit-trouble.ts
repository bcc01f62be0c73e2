/** Offsets `from` to `next` (exclusive). */
export interface Range {
  readonly from: number;
  readonly next: number;
}

/** Something that doesn't add up, and where. */
export interface Trouble extends Range {
  readonly kind:
    | "gap"
    | "overlap"
    | "lost"
    | "sum"
    | "missing"
    | "extra"
    | "double"
    | "uncovered"
    | "position";
  /** In words, with the numbers. */
  readonly what: string;
}

/** Most troubles told of one partition and one kind; one is enough to look, and a torn store has millions. */
export const troublesMax = 20;

export const trouble = (kind: Trouble["kind"], from: number, next: number, what: string): Trouble => ({
  kind,
  from,
  next,
  what,
});

/** Condition for the rows of one partition; needs the parameters of a `PartitionId`. */
export const ofPartition = "topic = {topic:String} AND partition = {partition:Int32}";

/** The chunks of one partition, with what the one before each had left to it. */
export const chunks = `(SELECT partition, chunk, from_offset, next_offset, first_ordinal, next_ordinal, spans, actions,
    no_action, duplicates, dead_lettered, carried, held, lagInFrame(held, 1, 0) OVER (ORDER BY chunk) AS held_before
  FROM v_audit_chunks WHERE ${ofPartition})`;
