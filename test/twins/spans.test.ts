/**
 * Goal: the decoder that reads codes into one row reads what the plain ones read into objects.
 * Method: generated requests, of agents and of anybody, as protobufjs writes them and scrambled, are compared with what
 * protobufjs reads; broken ones with a decoder of objects.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { defaultLimits } from "../../detector/decode/index.ts";
import { ownNames } from "../../detector/decode/names.ts";
import { attributes } from "../../schemas/index.ts";
import { agentRequest } from "../support/agent-model.ts";
import { decoded } from "../support/decoded.ts";
import { encodedRequest } from "../support/encoded-spans.ts";
import { anyRequest, keysOf, type ModelRequest, scrambled, seeded } from "../support/otlp-model.ts";
import { asRead } from "../support/span.ts";
import { decodeTwin } from "./decode.ts";
import { readTwin } from "./read-spans.ts";

const ours = attributes.map((one) => one.name);
const requests = fc.oneof(agentRequest, anyRequest);
/** Attributes as our table names them are read, or as the request does; never what a span says of itself. */
const namesFor = (request: ModelRequest, isOurs: boolean): readonly string[] =>
  isOurs ? ours : keysOf(request).filter((name) => !ownNames.some((own) => own === name));

test("reads what protobufjs reads", () => {
  fc.assert(
    fc.property(requests, fc.boolean(), (request, isOurs) => {
      const names = namesFor(request, isOurs);
      const bytes = encodedRequest(request);
      const spans = decodeTwin(bytes).map((span) => asRead(span, names));
      expect(decoded(bytes, { names })).toEqual({ ok: true, spans, rejected: [] });
    }),
    { numRuns: 300 },
  );
});

/** One to three changes at random. */
function broken(good: Uint8Array, random: () => number): Buffer {
  let bytes = Buffer.from(good);
  for (let change = Math.floor(random() * 3); change >= 0 && bytes.length > 0; change -= 1) {
    const at = Math.floor(random() * bytes.length);
    const to = Math.min(bytes.length, at + 1 + Math.floor(random() * 9));
    const kind = Math.floor(random() * 3);
    if (kind === 0) bytes[at]! ^= 1 << Math.floor(random() * 8);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    else bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
  }
  return bytes;
}

test("takes, rejects and refuses what a decoder of objects does, in the same words", () => {
  const seen = { taken: 0, rejected: 0, refused: 0 };
  const limits = { ...defaultLimits, attributesMax: 7, valueBytesMax: 300, depthMax: 2 };
  fc.assert(
    fc.property(requests, fc.integer(), fc.boolean(), fc.boolean(), (request, seed, isOurs, isTight) => {
      const names = namesFor(request, isOurs);
      const random = seeded(seed);
      const bytes = broken(scrambled(encodedRequest(request), random), random);
      const options = isTight ? { limits } : {};
      const answer = decoded(bytes, { ...options, names });
      const twin = readTwin(bytes, new Set(names), isTight ? limits : defaultLimits);
      expect(answer).toEqual(
        twin.ok ? { ...twin, spans: twin.spans.map((span) => asRead(span, names)) } : twin,
      );
      if (!answer.ok) seen.refused += 1;
      else {
        seen.taken += answer.spans.length;
        seen.rejected += answer.rejected.length;
      }
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});
