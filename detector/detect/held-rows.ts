import type { ActionColumns } from "../attribute/action-columns.ts";
import { ByteReader, ByteWriter } from "../bytes.ts";
import type { RecordPlaces } from "./record-places.ts";

/** Neighbours in the log that are held back alike, both ends included. */
interface Run {
  readonly fromOffset: number;
  readonly fromIndex: number;
  readonly toOffset: number;
  readonly toIndex: number;
  /** How long after their own ends it is their turn, in microseconds. */
  readonly laterUs: number;
}

/** Says of rows, asked for in the order of the log, whether a text names them. */
export class HeldRows {
  readonly #runs: readonly Run[];
  #at = 0;

  /**
   * @param text What `heldText` made, "" for none.
   * @throws RangeError when the text is cut off.
   */
  constructor(text: string) {
    this.#runs = runsOf(text);
  }

  /** How long after its own end it is the row's turn, in microseconds; -1 when it isn't held back. */
  laterUs(offset: number, index: number): number {
    for (; this.#at < this.#runs.length; this.#at += 1) {
      const { fromOffset, fromIndex, toOffset, toIndex, laterUs } = this.#runs[this.#at]!;
      if (offset > toOffset || (offset === toOffset && index > toIndex)) continue;
      return offset > fromOffset || (offset === fromOffset && index >= fromIndex) ? laterUs : -1;
    }
    return -1;
  }
}

/**
 * Names the rows that are held back, in base64: five varints for each run of neighbours, offsets counted from the run
 * before. By their places in the log, not by their ordinals, so that it holds whatever else is read anew beside them.
 *
 * @param dueUs When it is each row's turn, by row; 0 for those that aren't held back.
 */
export function heldText(columns: ActionColumns, places: RecordPlaces, dueUs: Float64Array): string {
  const { record, index } = columns.codes;
  const { endedAtUs } = columns.instants;
  const writer = new ByteWriter(64);
  let lastOffset = 0;
  for (let row = 0; row < columns.count; row += 1) {
    if (dueUs[row] === 0) continue;
    const first = row;
    const later = dueUs[row]! - endedAtUs[row]!;
    while (dueUs[row + 1]! > 0 && later === dueUs[row + 1]! - endedAtUs[row + 1]!) row += 1;
    const [from, to] = [places.offset(record[first]!), places.offset(record[row]!)];
    writer.varint(from - lastOffset);
    writer.varint(index[first]!);
    writer.varint(to - from);
    writer.varint(index[row]!);
    writer.varint(later);
    lastOffset = to;
  }
  return writer.finish().toString("base64");
}

function runsOf(text: string): readonly Run[] {
  const reader = new ByteReader(Buffer.from(text, "base64"));
  const runs: Run[] = [];
  for (let offset = 0; !reader.isAtEnd;) {
    const fromOffset = offset + reader.varint();
    const fromIndex = reader.varint();
    offset = fromOffset + reader.varint();
    runs.push({
      fromOffset,
      fromIndex,
      toOffset: offset,
      toIndex: reader.varint(),
      laterUs: reader.varint(),
    });
  }
  return runs;
}
