import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeOtlp, decodeTraces, defaultLimits } from "../../detector/decode/index.ts";
import {
  anyRequest,
  forJson,
  forProtobufjs,
  type ModelRequest,
  scrambled,
  seeded,
  spansOf,
} from "../support/otlp-model.ts";
import { traceRequest } from "../support/otlp-proto.ts";

/**
 * Goal: whatever a good sender writes is read as it was meant.
 * Method: generate requests, encode them by protobufjs or as JSON, and compare with the plainest reading of the model.
 */
const encoded = (request: ModelRequest): Uint8Array =>
  traceRequest.encode(traceRequest.create(forProtobufjs(request))).finish();

test("reads what protobufjs writes", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      expect(decodeTraces(encoded(request))).toEqual({ ok: true, spans: spansOf(request), rejected: [] });
    }),
  );
});

test("reads fields in any order, with unknown ones among them and lengths that are padded", () => {
  fc.assert(
    fc.property(anyRequest, fc.integer(), (request, seed) => {
      const bytes = scrambled(encoded(request), seeded(seed));
      expect(decodeTraces(bytes)).toEqual({ ok: true, spans: spansOf(request), rejected: [] });
    }),
  );
});

test("reads JSON as it reads protobuf", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const { decoded, protobuf } = decodeOtlp(Buffer.from(forJson(request)), "otlp_json");
      expect(decoded).toEqual({ ok: true, spans: spansOf(request), rejected: [] });
      expect(decodeTraces(protobuf)).toEqual(decoded);
    }),
  );
});

test("keeps the wanted attributes alone", () => {
  fc.assert(
    fc.property(anyRequest, fc.array(fc.string({ unit: "grapheme", maxLength: 2 })), (request, names) => {
      const wanted = new Set(names);
      const pick = (all: ReadonlyMap<string, unknown>): Map<string, unknown> =>
        new Map([...all].filter(([name]) => wanted.has(name)));
      const spans = spansOf(request).map((one) => ({
        ...one,
        attributes: pick(one.attributes),
        resource: pick(one.resource),
      }));
      expect(decodeTraces(encoded(request), { wanted })).toEqual({ ok: true, spans, rejected: [] });
    }),
  );
});

test("takes an empty body as a request without spans", () => {
  expect(decodeTraces(new Uint8Array(0))).toEqual({ ok: true, spans: [], rejected: [] });
});

test("refuses a body beyond the limit in either encoding", () => {
  const limits = { ...defaultLimits, inflatedBytesMax: 10 };
  const refused = { ok: false, reason: "too_large", message: "The request is longer than 10 bytes." };
  expect(decodeTraces(new Uint8Array(11), { limits })).toEqual(refused);
  expect(decodeOtlp(new Uint8Array(11), "otlp_json", { limits }).decoded).toEqual(refused);
});
