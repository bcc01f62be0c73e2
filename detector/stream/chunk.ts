import { ActionColumns } from "../attribute/action-columns.ts";
import { type Attribute, compileAttribution } from "../attribute/attribute.ts";
import { compileClient } from "../attribute/binding.ts";
import { compileNumbering, type Numbered } from "../attribute/numbering.ts";
import type { Attributor } from "../attribute/table.ts";
import { type DecodeLimits, empty, readTraces, type SpanRow } from "../decode/index.ts";
import { deadLetterOf, type Trouble } from "./dead-letter.ts";
import { originOf } from "./headers.ts";
import type { DeadLetter, LogRecord, PartitionId } from "./ports.ts";

/** What the records of a chunk hold beside its actions: what carries none, and what could not be read. */
export interface ChunkSums {
  readonly spans: number;
  readonly noAction: number;
  readonly deadLetters: readonly DeadLetter[];
}

/**
 * Room for one chunk at a time: a dictionary, a row and columns, used again and again. A chunk's columns are good until
 * the next is read.
 */
export class ChunkReader {
  readonly columns: ActionColumns;
  readonly #row: SpanRow;
  readonly #attribute: Attribute;
  readonly #number: (row: SpanRow) => Numbered;
  readonly #clientOf: (row: SpanRow) => number;
  readonly #limits: DecodeLimits;

  constructor(attributor: Attributor, limits: DecodeLimits) {
    // Compiled first: the words of the rules are part of every dictionary.
    this.#attribute = compileAttribution(attributor);
    this.#number = compileNumbering(attributor);
    this.#clientOf = compileClient(attributor);
    this.#row = attributor.newRow();
    this.columns = new ActionColumns(this.#row.dictionary);
    this.#limits = limits;
  }

  /**
   * Decodes and attributes records. Pure, and total: whatever the bytes, each span ends in exactly one of the sums.
   *
   * @param carried How many of the records, from the first on, were read before: only their actions count.
   */
  read(partition: PartitionId, records: readonly LogRecord[], carried: number): ChunkSums {
    this.columns.clear();
    const deadLetters: DeadLetter[] = [];
    let spans = 0;
    let noAction = 0;
    records.forEach((record, nth) => {
      const origin = originOf(record.headers);
      const letter = (trouble: Trouble): DeadLetter => deadLetterOf(partition, record, origin, trouble);
      const { dictionary } = this.columns;
      const codes = { tenant: dictionary.add(origin.tenant), source: dictionary.add(origin.source) };
      const before = this.columns.count;
      const numberedBefore = this.columns.sequences.count;
      const refused: Trouble[] = [];
      let without = 0;
      this.#row.readStamps(origin.bound);
      const decoded = readTraces(record.value, this.#row, this.#limits, () => {
        const attributed = this.#attribute(this.#row, origin, this.columns, nth);
        const numbered = this.#number(this.#row);
        const source = (origin.bound && this.#clientOf(this.#row)) || codes.source;
        if (nth >= carried && numbered.seq >= 0 && numbered.process !== empty)
          this.#keepNumber(numbered, codes.tenant, source, nth);
        if (attributed === "no_action") without += 1;
        else if (attributed !== "action") refused.push(attributed);
        else {
          const { columns } = this;
          const row = columns.count - 1;
          columns.codes.tenant[row] = codes.tenant;
          columns.codes.source[row] = source;
          columns.codes.process[row] = numbered.process;
          columns.instants.seq[row] = numbered.seq;
        }
      });
      if (decoded.ok) {
        if (nth < carried) return;
        spans += decoded.spans;
        noAction += without;
        for (const trouble of [...decoded.rejected, ...refused]) deadLetters.push(letter(trouble));
        return;
      }
      // What was read of a record before it turned out to be broken counts as not read.
      this.columns.cut(before);
      this.columns.sequences.cut(numberedBefore);
      if (nth < carried) return;
      spans += 1;
      deadLetters.push(letter({ index: -1, reason: decoded.reason, message: decoded.message }));
    });
    return { spans, noAction, deadLetters };
  }

  /** Notes the number of a span: of a refused one as well, as it did arrive. */
  #keepNumber({ process, seq, isStart }: Numbered, tenant: number, source: number, record: number): void {
    const to = this.columns.sequences;
    const nth = to.add();
    to.tenant[nth] = tenant;
    to.source[nth] = source;
    to.process[nth] = process;
    to.record[nth] = record;
    to.seq[nth] = seq;
    to.isStart[nth] = isStart ? 1 : 0;
    to.startedAtUs[nth] = this.#row.startedAtUs;
    to.endedAtUs[nth] = this.#row.endedAtUs;
  }
}
