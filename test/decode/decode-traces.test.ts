import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { defaultLimits } from "../../detector/decode/index.ts";
import { decoded, decodedOtlp } from "../support/decoded.ts";
import { encodedRequest } from "../support/encoded-spans.ts";
import {
  anyRequest,
  forJson,
  keysOf,
  type ModelRequest,
  scrambled,
  seeded,
  spansOf,
} from "../support/otlp-model.ts";
import { asRead } from "../support/span.ts";

/**
 * Goal: whatever a good sender writes is read as it was meant.
 * Method: generate requests, encode them by protobufjs or as JSON, and compare with the plainest reading of the model.
 */
const meant = (request: ModelRequest, names = keysOf(request)): ReturnType<typeof decoded> => ({
  ok: true,
  spans: spansOf(request).map((span) => asRead(span, names)),
  rejected: [],
});

test("reads what protobufjs writes", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      expect(decoded(encodedRequest(request), { names: keysOf(request) })).toEqual(meant(request));
    }),
  );
});

test("reads fields in any order, with unknown ones among them and lengths that are padded", () => {
  fc.assert(
    fc.property(anyRequest, fc.integer(), (request, seed) => {
      const bytes = scrambled(encodedRequest(request), seeded(seed));
      expect(decoded(bytes, { names: keysOf(request) })).toEqual(meant(request));
    }),
  );
});

test("reads JSON as it reads protobuf", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const json = Buffer.from(forJson(request));
      expect(decodedOtlp(json, "otlp_json", { names: keysOf(request) }).decoded).toEqual(meant(request));
    }),
  );
});

test("reads the attributes it is told of and no others", () => {
  fc.assert(
    fc.property(anyRequest, fc.array(fc.string({ unit: "grapheme", maxLength: 2 })), (request, names) => {
      const some = [...names, ...keysOf(request).filter((_, at) => at % 2 === 0)];
      expect(decoded(encodedRequest(request), { names: some })).toEqual(meant(request, some));
    }),
  );
});

test("takes an empty body as a request without spans", () => {
  expect(decoded(new Uint8Array(0))).toEqual({ ok: true, spans: [], rejected: [] });
});

test("refuses a body beyond the limit in either encoding", () => {
  const limits = { ...defaultLimits, inflatedBytesMax: 10 };
  const refused = { ok: false, reason: "too_large", message: "The request is longer than 10 bytes." };
  expect(decoded(new Uint8Array(11), { limits })).toEqual(refused);
  expect(decodedOtlp(new Uint8Array(11), "otlp_json", { limits }).decoded).toEqual(refused);
});
