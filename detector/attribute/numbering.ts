import { absent, empty, type SpanRow } from "../decode/index.ts";
import { ByCode, pairOf } from "./by-code.ts";
import type { Attributor } from "./table.ts";

/** Which process a span came out of and which number it has there. Filled anew for each span. */
export interface Numbered {
  /** Code of the process's name, `empty` when the span does not say. */
  process: number;
  /** -1 without one. */
  seq: number;
  isStart: boolean;
}

/** A longer name is no name: cut, it would make two processes one. Bytes. */
const processBytesMax = 256;

/**
 * Compiles what numbers a span: `nhi.seq` within the process that `service.instance.id` names or, where there is none,
 * `host.name` and `process.pid` together. Names are what the sender says; whoever compares them does so within a client.
 */
export function compileNumbering({ names, words }: Attributor): (row: SpanRow) => Numbered {
  const at = {
    seq: names.placeOf("nhi.seq"),
    instance: names.placeOf("service.instance.id"),
    host: names.placeOf("host.name"),
    pid: names.placeOf("process.pid"),
    phase: names.placeOf("nhi.phase"),
  };
  const hosts = new ByCode<number>();
  const start = words.code("start");
  const found: Numbered = { process: empty, seq: -1, isStart: false };

  function processOf({ codes, dictionary }: SpanRow): number {
    const instance = codes[at.instance]!;
    if (instance !== absent && instance !== empty) return dictionary.solid(instance);
    const host = codes[at.host]!;
    if (codes[at.pid] === absent || host === absent || host === empty) return empty;
    const pid = dictionary.solid(codes[at.pid]!);
    const key = pairOf(dictionary.solid(host), pid);
    return (
      hosts.get(dictionary, key) ??
      hosts.set(key, dictionary.add(`${dictionary.text(host)}/${dictionary.text(pid)}`))
    );
  }

  return (row) => {
    const process = processOf(row);
    found.process = row.dictionary.lengthOf(process) <= processBytesMax ? process : empty;
    found.isStart = row.codes[at.phase] === start;
    found.seq = seqOf(row, row.codes[at.seq]!);
    return found;
  };
}

/** Whole numbers that are exact; anything else counts as none. */
function seqOf({ dictionary }: SpanRow, code: number): number {
  if (code < 0) return -1 - code;
  if (code === absent || code === empty) return -1;
  const seq = Number(dictionary.text(code));
  return Number.isSafeInteger(seq) && seq >= 0 ? seq : -1;
}
