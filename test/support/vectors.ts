/** Inputs whose outputs every language that attributes must share, and what TypeScript makes of them. */
import { filters } from "../../detector/attribute/template.ts";
import type { Attributor } from "../../detector/attribute/table.ts";
import { keyGroup, murmur2 } from "../../detector/decode/index.ts";
import { protobufOf, type Told, toldOf } from "./recordings.ts";
import type { VectorSpan } from "./vector-values.ts";

export interface Vectors {
  readonly filters: readonly { readonly filter: string; readonly of: string; readonly is: string }[];
  readonly keyGroups: readonly { readonly tenant: string; readonly id: string; readonly is: string }[];
  /** Bytes as hex digits; the hash is a signed 32-bit integer. */
  readonly murmur2: readonly { readonly of: string; readonly is: number }[];
  readonly spans: readonly (VectorSpan & { readonly is: readonly Told[] })[];
}

export const filtered = (filter: string, of: string): string => filters[filter]!(of);

export const hashed = (hex: string): number => murmur2(Buffer.from(hex, "hex"));

export const spanTold = (request: unknown, attributor: Attributor): readonly Told[] =>
  toldOf(protobufOf(Buffer.from(JSON.stringify(request))), attributor);

/** Vectors of all inputs below. */
export function vectorsOf(spans: readonly VectorSpan[], attributor: Attributor): Vectors {
  return {
    filters: Object.keys(filters).flatMap((filter) =>
      texts.map((of) => ({ filter, of, is: filtered(filter, of) })),
    ),
    keyGroups: ["default", "", "mieter-ü"].flatMap((tenant) =>
      ids.map((id) => ({ tenant, id, is: keyGroup(tenant, id) })),
    ),
    murmur2: bytes.map((of) => ({ of, is: hashed(of) })),
    spans: spans.map((span) => ({ ...span, is: spanTold(span.request, attributor) })),
  };
}

/** Lower-casing is where languages differ: İ, the final Σ, ſ, the Kelvin sign, ẞ, titlecase letters. */
const letters = ["İ", "ΑΣ", "ΑΣ.Α", "Σ", "ſ", "\u212a", "ẞ", "ǅ", "Å", "I", "ÄÖÜ", "𐐀", "Ⴀ", "Ꭰ"];

const hosts = [
  "h",
  "API.Acme.Example",
  "h:443",
  "h:",
  "h:123456",
  "h:80x",
  "[::1]",
  "[::1]:80",
  "[FE80::1]",
  "[fe80::1%25eth0]",
  "[::1",
  "::1",
  "",
  "u@h",
  "u:p@h",
  "u:p@q@h",
  "u:p",
  "@h",
  "h@",
  "h h",
  "h,i",
  "h%41",
  "xn--bcher-kva.example",
  "bücher.example",
  "例え.jp",
  "h_1~x",
  "h!",
  ...letters,
];

const segments = [
  "",
  "v1",
  "4711",
  "٣",
  "0b6f4c1e-8f0a-4f52-9a3a-1f0e8f1d2c3b",
  "0B6F4C1E-8F0A-4F52-9A3A-1F0E8F1D2C3B",
  "0b6f4c1e-8f0a",
  "deadbeefdeadbee",
  "deadbeefdeadbeef",
  "DEADBEEFDEADBEEF",
  "abcdefghijklmnopqrstuvw1",
  "abcdefghijklmnopqrstuvwx",
  "a-b_c-d_e-f_g-h_i-j_k-l1",
  "ana@acme.example",
  "@",
  "a@",
  "@a",
  "a%40b",
  "%40a",
  "a;s=1",
  ";s",
  "1;s",
  "a;b@c",
  "a%2Fb",
  "%zz",
  "ä",
  "a b",
  "a\\b",
  "..",
  "a\nb",
  "1\n",
  "a@\nb",
  "ſſſſſſſſſſſſſſſſſſſſſſſ1",
  "ſſſſſſſſſſſſſſſſſſſſſſſſ1",
  "\u212a".repeat(24) + "1",
  "😀@",
  "é".repeat(30) + "1",
];

const texts: readonly string[] = [
  ...hosts.map((host) => `https://${host}/p`),
  ...segments.map((segment) => `/a/${segment}/b`),
  ...segments.map((segment) => `http://h/${segment}`),
  ...segments,
  ...letters.map((letter) => `${letter}x:${letter} y`),
  "HTTPS://H/P",
  "ſ://h/p",
  "\u212attp://h/p",
  "1http://h",
  "ht+t-p.s://h",
  "h://",
  "://h",
  "http:/h",
  "http:h",
  "mailto:a@b",
  "//h/p",
  "http://h?q",
  "http://h#f",
  "http://h/p?q#f",
  "http://h/p#f?q",
  "?q",
  "#f",
  "http://u:p/w@h/x",
  "http://u:p?w@h/x",
  "http://h/p\nq?r",
  "\nhttp://h",
  "tickets://open/4711",
  "file:///etc/hosts",
  "s3://b/k",
  "spiffe://acme.example/ns/prod/sa/pay",
  "arn:aws:s3:::b",
  "execute_tool x",
  "execute_tool  x y",
  " x",
  "x ",
  " ",
  "x\ty",
  "x\u00a0y",
  "a/b",
  "/a",
  "a/",
  "/",
  "//",
  "a/b/c",
  "S3/PutObject",
  "SELECT shop.orders",
  "pg.query:SELECT shop",
  "pg.query:fetch-one db",
  "shop.insert",
  "a:b.c",
  "a.",
  "a:",
  ".",
  "redis-SET",
  "select\nx",
  "selectselectselectselectselectse",
  "selectselectselectselectselectsel",
  "sélect",
  "SELECT1",
  "ſelect",
  "\u212aill",
];

const ids: readonly string[] = [
  "",
  "unknown",
  "agent:triage",
  "svc:shop/billing",
  "svc:unknown_service:node",
  "k8s:prod/orders",
  "ci:acme/shop/deploy",
  "spiffe://acme.example/ns/prod/sa/pay",
  "agent:Größen-Berater",
  "agent:代理",
  "agent:😀",
  "e\u0301",
  "é",
  "a\0b",
  " ",
  "A",
  "a",
  ...[1, 2, 3, 4, 5, 7, 8, 63, 64, 511, 512].map((length) => "x".repeat(length)),
  "é".repeat(512),
  ...Array.from({ length: 40 }, (_, nth) => `agent:worker-${String(nth)}`),
];

const bytes: readonly string[] = [
  "",
  "00",
  "ff",
  "80",
  "7f",
  "0000",
  "ffff",
  "000000",
  "808080",
  "00000000",
  "ffffffff",
  "80000000",
  "0000000080",
  "ff00ff00ff",
  "3231",
  "666f6f626172",
  "c3a9",
  "f09f9880",
  ...Array.from({ length: 20 }, (_, nth) => Buffer.alloc(nth * 3 + 1, (nth * 37) & 255).toString("hex")),
];
