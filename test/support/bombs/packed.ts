import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { type Bomb, mebibyte, proto, json, gzip, repeated } from "./parts.ts";

/** Bombs in a packing. */
export const packedBombs: readonly Bomb[] = [
  {
    name: "gzip 1029:1",
    headers: { ...proto, ...gzip },
    status: 413,
    body: () => gzipSync(Buffer.alloc(100 * mebibyte)),
  },
  {
    name: "gzip in gzip",
    headers: { ...proto, ...gzip },
    status: 400,
    body: () => gzipSync(gzipSync(Buffer.alloc(100 * mebibyte))),
  },
  {
    name: "gzip of many members",
    headers: { ...proto, ...gzip },
    status: 413,
    body: () => repeated(gzipSync(Buffer.alloc(mebibyte)), 64),
  },
  {
    name: "gzip of empty JSON objects, just within the ratio",
    headers: { ...json, ...gzip },
    status: 413,
    body: () => gzipSync(`[${"{},".repeat(3 * mebibyte)}{}]`),
  },
  {
    name: "deflate",
    headers: { ...proto, "content-encoding": "deflate" },
    status: 415,
    body: () => deflateSync(Buffer.alloc(mebibyte)),
  },
  {
    name: "brotli 609,637:1",
    headers: { ...proto, "content-encoding": "br" },
    status: 415,
    body: () => brotliCompressSync(Buffer.alloc(100 * mebibyte)),
  },
  {
    name: "zstd",
    headers: { ...proto, "content-encoding": "zstd" },
    status: 415,
    body: () => Buffer.from("28b52ffd0458010000", "hex"),
  },
  {
    name: "gzip, gzip",
    headers: { ...proto, "content-encoding": "gzip, gzip" },
    status: 415,
    body: () => gzipSync(gzipSync("")),
  },
];
