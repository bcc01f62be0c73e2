/** Breaks OTLP/JSON by its members and by its text. */
import type { Dice } from "./dice.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Things that are never what was expected. */
const strange: readonly Json[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  9_007_199_254_740_992,
  "",
  "\u0000",
  "\ud83d",
  "\u202egnp.exe",
  "18446744073709551616",
  "9".repeat(400),
  "zz",
  [],
  {},
  [[]],
  { stringValue: "a", intValue: "1" },
  {
    arrayValue: { values: [{ kvlistValue: { values: [{ key: "__proto__", value: { boolValue: true } }] } }] },
  },
];
const keys = [
  "__proto__",
  "constructor",
  "resourceSpans",
  "spans",
  "attributes",
  "key",
  "value",
  "traceId",
  "x",
];

/** One to three changes to the members of a good request, with parts of another one where that is what changes. */
export function mutateJson(good: string, other: string, dice: Dice): Buffer<ArrayBuffer> {
  const root = JSON.parse(good) as Json;
  const donor = JSON.parse(other) as Json;
  for (let left = dice.below(3); left >= 0; left -= 1) {
    const holder = anyHolder(root, dice);
    if (Array.isArray(holder)) changeList(holder, anyHolder(donor, dice), dice);
    else changeObject(holder, anyHolder(donor, dice), dice);
  }
  return Buffer.from(raw(JSON.stringify(root), dice));
}

function changeList(list: Json[], donor: Json, dice: Dice): void {
  const at = dice.below(list.length);
  const value = list[at] ?? null;
  const kind = dice.below(6);
  if (kind === 0) list.splice(at, 1);
  else if (kind === 1)
    list.splice(at, 0, ...Array.from({ length: dice.one([1, 3, 20]) }, () => structuredClone(value)));
  else if (kind === 2) list[at] = structuredClone(dice.one(strange));
  else if (kind === 3) list[at] = nested(value, dice.one([1, 5, 30, 90]));
  else if (kind === 4) list.splice(at, 0, structuredClone(donor));
  else list.reverse();
}

function changeObject(object: { [key: string]: Json }, donor: Json, dice: Dice): void {
  const names = Object.keys(object);
  const name = names.length === 0 ? "x" : dice.one(names);
  const value = object[name] ?? null;
  const kind = dice.below(6);
  if (kind === 0) delete object[name];
  else if (kind === 1) put(object, dice.one(keys), structuredClone(value));
  else if (kind === 2) object[name] = structuredClone(dice.one(strange));
  else if (kind === 3) object[name] = nested(value, dice.one([1, 5, 30, 90]));
  else if (kind === 4) object[name] = structuredClone(donor);
  else {
    const from = dice.one(names.length === 0 ? ["x"] : names);
    [object[name], object[from]] = [object[from] ?? null, value];
  }
}

/** As a member of its own, whatever it is called. */
function put(object: object, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(value: Json, depth: number): Json {
  let inner = value;
  for (let level = 0; level < depth; level += 1)
    inner = level % 2 === 0 ? [inner] : { arrayValue: { values: [inner] } };
  return inner;
}

/** Now and then what no serializer writes: the same member twice, a number of many digits, another word for it. */
function raw(text: string, dice: Dice): string {
  const kind = dice.below(12);
  if (kind === 0) return text.replace('"spans":', '"spans":[],"spans":');
  if (kind === 1) return text.replace(/"\d{19}"/u, (number) => number.slice(1, -1));
  if (kind === 2) return text.replace('"name":', '"\\u006eame":');
  if (kind === 3) return `\ufeff${text}`;
  return text;
}

function anyHolder(root: Json, dice: Dice): Json[] | { [key: string]: Json } {
  let holder: Json[] | { [key: string]: Json } = isHolder(root) ? root : [];
  for (;;) {
    const inner: (Json[] | { [key: string]: Json })[] = Object.values(holder).filter((one) => isHolder(one));
    if (inner.length === 0 || dice.below(5) === 0) return holder;
    holder = dice.one(inner);
  }
}

function isHolder(value: Json): value is Json[] | { [key: string]: Json } {
  return typeof value === "object" && value !== null;
}
