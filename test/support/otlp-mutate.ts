/** Breaks protobuf as somebody would who knows what OTLP looks like: by its fields, not by its bytes. */
import { type MessageName, messages } from "../../detector/decode/otlp-messages.ts";
import type { Dice } from "./dice.ts";
import { varint, varintAt } from "./otlp-bytes.ts";

/** A field, taken apart; anything in it may be a lie when it is put together again. */
interface Part {
  number: number;
  wire: number;
  /** Fields of a message, or else the bytes of a value. */
  content: Part[] | Uint8Array;
  /** Added to the length that is written. */
  lie: number;
}

/** Takes a request apart. It must be a good one: as an encoder writes it. */
function apart(bytes: Uint8Array, name: MessageName = "request"): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const next = (): number => {
    const { value, end } = varintAt(bytes, at);
    at = end;
    return value;
  };
  while (at < bytes.length) {
    const tag = next();
    const [number, wire] = [tag >> 3, tag & 7];
    let length = wire === 1 ? 8 : 4;
    if (wire === 2) length = next();
    const from = at;
    if (wire === 0) next();
    else at += length;
    const raw = bytes.subarray(from, at);
    const type = messages[name].find((one) => one.number === number)?.type;
    parts.push({ number, wire, content: typeof type === "object" ? apart(raw, type.message) : raw, lie: 0 });
  }
  return parts;
}

/** Puts parts together again, as they are. */
function together(parts: readonly Part[]): Buffer<ArrayBuffer> {
  return Buffer.concat(
    parts.flatMap(({ number, wire, content, lie }) => {
      const inner = Array.isArray(content) ? together(content) : content;
      const head = varint(number * 8 + wire);
      return wire === 2 ? [head, varint(Math.max(inner.length + lie, 0)), inner] : [head, inner];
    }),
  );
}

const numbers = [
  0n,
  1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const longVarint = Buffer.concat([Buffer.alloc(9, 0xff), Buffer.alloc(1, 0x01)]);
const tooLongVarint = Buffer.concat([Buffer.alloc(12, 0x80), Buffer.alloc(1)]);

type Change = (list: Part[], at: number, dice: Dice, other: readonly Part[]) => void;

const changes: readonly Change[] = [
  /** Two fields change places. */
  (list, at, dice) => {
    const to = dice.below(list.length);
    [list[at], list[to]] = [list[to]!, list[at]!];
  },
  /** A field comes again, a few times, or very often when it is small. */
  (list, at, dice) => {
    const most = together([list[at]!]).length > 64 ? 20 : 300;
    const again = Array.from({ length: dice.one([1, 2, 7, most]) }, () => list[at]!);
    list.splice(at, 0, ...again);
  },
  (list, at) => void list.splice(at, 1),
  (list, at, dice) => {
    list[at] = {
      ...list[at]!,
      number: dice.one([0, 1, 2, 3, 5, 7, 9, 15, 16, 19_000, 2 ** 29 - 1, 2 ** 29]),
    };
  },
  (list, at, dice) => {
    list[at] = { ...list[at]!, wire: dice.below(8) };
  },
  (list, at, dice) => {
    list[at] = { ...list[at]!, lie: dice.one([-1, 1, 2, -7, 100, 2 ** 31, 2 ** 40]) };
  },
  /** A part of another request, wherever it fits or doesn't. */
  (list, at, _dice, other) => void list.splice(at, 0, ...other),
  /** A message in itself, as deep as it takes. */
  (list, at, dice) => {
    const { number } = list[at]!;
    let content = together([list[at]!]);
    for (let depth = dice.one([1, 15, 17, 100, 1000]); depth > 1; depth -= 1)
      content = together([{ number, wire: 2, content, lie: 0 }]);
    list[at] = { number, wire: 2, content, lie: 0 };
  },
  /** Another value of any kind. */
  (list, at, dice) => {
    const { number, wire } = list[at]!;
    const fixed = Buffer.alloc(8, dice.below(256));
    const bytes = [
      varint(dice.one(numbers)),
      longVarint,
      tooLongVarint,
      fixed,
      Buffer.alloc(dice.below(40), 0xc3),
    ];
    list[at] = { number, wire, content: dice.one(bytes), lie: 0 };
  },
];

/** One to three changes to the fields of a good request, with parts of another one where that is what changes. */
export function mutateProtobuf(good: Uint8Array, other: Uint8Array, dice: Dice): Buffer<ArrayBuffer> {
  const root = apart(good);
  for (let left = dice.below(3); left >= 0; left -= 1) {
    const list = anyList(root, dice);
    if (list.length === 0) continue;
    dice.one(changes)(list, dice.below(list.length), dice, anyList(apart(other), dice).slice(0, 2));
  }
  return together(root);
}

/** The fields of some message, each message on the way down being as likely as going on. */
function anyList(root: Part[], dice: Dice): Part[] {
  let list = root;
  for (;;) {
    const inner = list.map(({ content }) => content).filter((content) => Array.isArray(content));
    if (inner.length === 0 || dice.below(5) === 0) return list;
    list = dice.one(inner);
  }
}

/** Cuts off, flips, removes, repeats or overwrites bytes, whatever they mean. */
export function mutateBytes(good: Uint8Array, dice: Dice): Buffer<ArrayBuffer> {
  let bytes = Buffer.from(good);
  for (let left = dice.below(4); left >= 0 && bytes.length > 0; left -= 1) {
    const at = dice.below(bytes.length);
    const to = Math.min(bytes.length, at + 1 + dice.below(12));
    const kind = dice.below(6);
    if (kind === 0) bytes[at] = dice.below(256);
    else if (kind === 1) bytes[at]! ^= 1 << dice.below(8);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    else if (kind === 4) bytes = bytes.subarray(0, at);
    else bytes.fill(dice.below(2) * 0xff, at, to);
  }
  return bytes;
}

export function randomBytes(dice: Dice): Buffer<ArrayBuffer> {
  return Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)));
}
