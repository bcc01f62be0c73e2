/** Requests made to cost much more than they weigh: what they are made of. */
import { attribute, block, spanContent } from "../otlp-bytes.ts";
import { newId } from "../spans.ts";

export interface Bomb {
  readonly name: string;
  readonly body: () => Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** What it is answered; 200 where only its spans are rejected, or where it is legal after all. */
  readonly status: number;
}

export const mebibyte = 1024 * 1024;
export const proto = { "content-type": "application/x-protobuf" };
export const json = { "content-type": "application/json" };
export const gzip = { "content-encoding": "gzip" };

export const text = (key: string, value: string | Uint8Array): Uint8Array => attribute(key, block(1, value));
export const repeated = (part: string | Uint8Array, times: number): Buffer<ArrayBuffer> =>
  Buffer.alloc(part.length * times, part);
export const many = (times: number, part: (at: number) => Uint8Array): Buffer<ArrayBuffer> =>
  Buffer.concat(Array.from({ length: times }, (_, at) => part(at)));

/** A span with ids of its own, now. */
export function span(...more: readonly Uint8Array[]): Buffer {
  return spanContent({
    traceId: Buffer.from(newId(32), "hex"),
    spanId: Buffer.from(newId(16), "hex"),
    startNs: BigInt(Date.now()) * 1_000_000n,
    more,
  });
}

export const action = (identity: string): Uint8Array[] => [
  text("nhi.identity.id", identity),
  text("nhi.action.kind", "exec"),
  text("nhi.action.name", "op"),
];

/** The content of an AnyValue: lists in lists around nothing. */
export function lists(depth: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) value = block(5, block(1, value));
  return value;
}
