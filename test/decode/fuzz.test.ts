import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { splitByGroup } from "../../detector/decode/index.ts";
import { decoded, decodedOtlp } from "../support/decoded.ts";
import { encodedRequest } from "../support/encoded-spans.ts";
import { anyRequest, forJson, keysOf, seeded } from "../support/otlp-model.ts";

/**
 * Goal: no bytes make decoding or splitting throw, hang or lose count of spans.
 * Method: break good requests at random, from a seed that a failure names.
 */
const seed = 20_261_121;
const mutations = 20_000;

const requests = fc.sample(anyRequest, { seed, numRuns: 100 }).filter((one) => one.resourceSpans.length > 0);
const protobufs = requests.map(encodedRequest);
const names = [...new Set(requests.flatMap(keysOf))];
const jsons = requests.map((one) => Buffer.from(forJson(one)));

/** One to four changes: a byte replaced, a bit flipped, a run removed, repeated or overwritten. */
function broken(good: Uint8Array, random: () => number): Buffer {
  let bytes = Buffer.from(good);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let change = below(4); change >= 0 && bytes.length > 0; change -= 1) {
    const at = below(bytes.length);
    const to = Math.min(bytes.length, at + 1 + below(12));
    const kind = below(5);
    if (kind === 0) bytes[at] = below(256);
    else if (kind === 1) bytes[at]! ^= 1 << below(8);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    else bytes.fill(below(2) * 0xff, at, to);
  }
  return bytes;
}

test.each([
  { encoding: "otlp_proto" as const, bodies: protobufs },
  { encoding: "otlp_json" as const, bodies: jsons },
])(
  "$encoding that is broken is answered, and each span is either taken or rejected",
  ({ encoding, bodies }) => {
    const random = seeded(seed);
    const ends = { taken: 0, rejected: 0, refused: 0 };
    for (let mutation = 0; mutation < mutations; mutation += 1) {
      const bytes = broken(bodies[mutation % bodies.length]!, random);
      try {
        const { decoded: answer, protobuf } = decodedOtlp(bytes, encoding, { names });
        if (answer.ok) {
          ends.taken += answer.spans.length;
          ends.rejected += answer.rejected.length;
          assertAllThere(answer, protobuf);
        } else ends.refused += 1;
      } catch (error) {
        throw new Error(`Seed ${seed}, mutation ${mutation}: ${bytes.toString("hex")}`, { cause: error });
      }
    }
    // All three ends are met, or the breaking is too weak to show anything.
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(mutations / 100);
  },
);

/** Each ordinal is there once, and the good spans are all there again after a split in two. */
function assertAllThere(
  { spans, rejected }: Extract<ReturnType<typeof decoded>, { ok: true }>,
  protobuf: Uint8Array,
): void {
  const indexes = [...spans, ...rejected].map((one) => one.index).toSorted((one, other) => one - other);
  expect(indexes).toEqual(indexes.map((_, at) => at));
  const good = new Set(spans.map((one) => one.index));
  const parts = splitByGroup(protobuf, (index) => (good.has(index) ? `g${index % 2}` : undefined));
  const again = [...parts.values()].map((part) => decoded(part, { names }));
  expect(again.every((one) => one.ok && one.rejected.length === 0)).toBe(true);
  expect(again.reduce((sum, one) => sum + (one.ok ? one.spans.length : 0), 0)).toBe(good.size);
}
