import type { OtlpEncoding } from "../decode/index.ts";

/** One request of a file, or why it can't be used. */
export type FileRequest =
  | { readonly ok: true; readonly encoding: OtlpEncoding; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string };

/** A request that is longer is passed over: JSON takes many times its size when it is parsed. Bytes. */
export const requestBytesMax = 16 * 1024 * 1024;

/** Cuts a file that comes in pieces into its requests. */
export interface Cutter {
  push(chunk: Uint8Array): Iterable<FileRequest>;
  rest(): Iterable<FileRequest>;
}

export function tooLong(): FileRequest {
  return {
    ok: false,
    why: `a request is longer than ${String(requestBytesMax / 1024 / 1024)} MiB; write fewer spans to each`,
  };
}
