import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { splitByGroup } from "../../detector/decode/index.ts";
import { outlineOf } from "../../detector/decode/outline.ts";
import { decoded } from "../support/decoded.ts";
import { encodedRequest } from "../support/encoded-spans.ts";
import { block, number, requestOf, spanContent } from "../support/otlp-bytes.ts";
import { anyRequest, keysOf, scrambled, seeded } from "../support/otlp-model.ts";
import type { ReadSpan } from "../support/span.ts";

const groups = [undefined, "g0001", "g0002", "g0003"];

const spansOf = (bytes: Uint8Array, names: readonly string[]): readonly ReadSpan[] => {
  const answer = decoded(bytes, { names });
  if (!answer.ok) throw new Error(answer.message);
  return answer.spans;
};

/** The bytes of each span, in order. */
function spanBytes(bytes: Uint8Array): string[] {
  const outlined = outlineOf(bytes, { spansMax: 1e9 });
  if (!outlined.ok) throw new Error(outlined.text);
  const triples = outlined.outline.resources.flatMap(({ scopes }) => scopes.map(({ spans }) => spans));
  return triples.flatMap((spans) =>
    Array.from({ length: spans.length / 3 }, (_, at) =>
      Buffer.from(bytes.subarray(spans[at * 3], spans[at * 3 + 2])).toString("hex"),
    ),
  );
}

test("the parts hold the spans of their group, in their order, byte for byte, with all that surrounds them", () => {
  fc.assert(
    fc.property(
      anyRequest,
      fc.integer(),
      fc.infiniteStream(fc.nat(groups.length - 1)),
      (request, seed, drawn) => {
        const bytes = scrambled(encodedRequest(request), seeded(seed));
        const names = keysOf(request);
        const all = spansOf(bytes, names);
        const slices = spanBytes(bytes);
        const chosen = all.map(() => groups[drawn.next().value]);
        const parts = splitByGroup(bytes, (index) => chosen[index]);
        expect(new Set(parts.keys())).toEqual(new Set(chosen.filter((group) => group !== undefined)));
        for (const [group, part] of parts) {
          const mine = all.filter((_, index) => chosen[index] === group);
          expect(spansOf(part, names)).toEqual(mine.map((span, index) => ({ ...span, index })));
          expect(spanBytes(part)).toEqual(slices.filter((_, index) => chosen[index] === group));
        }
      },
    ),
  );
});

/** A request with something in every place around its spans. */
const request = (...names: readonly string[]): Buffer =>
  Buffer.concat([
    block(50, "of the request"),
    block(
      1,
      block(1, block(1, block(1, "key"))),
      block(3, "https://schema"),
      number(51, 1),
      block(
        2,
        block(1, block(1, "scope")),
        block(3, "https://inner"),
        block(52, "?"),
        ...names.map((name) => block(2, spanContent({ name }))),
      ),
    ),
  ]);

test("what surrounds the spans is copied to each group: resource, scope, schema URLs and unknown fields", () => {
  const parts = splitByGroup(request("a", "b", "c"), (index) => (index === 1 ? "one" : "two"));
  expect([...parts].map(([group, part]) => [group, Buffer.from(part).toString("hex")])).toEqual([
    ["two", request("a", "c").toString("hex")],
    ["one", request("b").toString("hex")],
  ]);
});

test("a span without a group is dropped, and a request that cannot be read has no parts", () => {
  const bytes = requestOf(spanContent(), spanContent());
  expect(splitByGroup(bytes, () => undefined).size).toBe(0);
  expect(splitByGroup(bytes.subarray(1), () => "g0000").size).toBe(0);
});
