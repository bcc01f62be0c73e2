/**
 * Goal: attribution by codes gives the actions that attribution by texts gives, ids included.
 * Method: generated records go through one reader, several to a chunk, so that what it remembers of codes meets spans
 * that it did not remember them from; their actions are compared with those of the twin, span by span.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { defaultLimits } from "../../detector/decode/index.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { ChunkReader } from "../../detector/stream/chunk.ts";
import { headersOf } from "../../detector/stream/headers.ts";
import { actionAt } from "../support/actions.ts";
import { agentRequest, anyOrigin } from "../support/agent-model.ts";
import { encodedRequest } from "../support/encoded-spans.ts";
import { attributeTwin } from "./attribute.ts";
import { decodeTwin } from "./decode.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const reader = new ChunkReader(shippedAttributor(), defaultLimits);

test("gives the same actions of the same spans, whatever chunk they are in", () => {
  const seen = { action: 0, no_action: 0, identity_too_long: 0 };
  const rules = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(fc.record({ request: agentRequest, origin: anyOrigin, isBroken: fc.boolean() }), {
        minLength: 1,
        maxLength: 4,
      }),
      (all) => {
        const records = all.map(({ request, origin, isBroken }, offset) => ({
          offset,
          key: "g0000",
          // A field that is no `ResourceSpans` at the end costs the whole record.
          value: Buffer.concat([encodedRequest(request), Buffer.from(isBroken ? [8, 1] : [])]),
          headers: headersOf("g0000", 1024, origin),
          timestampMs: offset,
        }));
        const sums = reader.read(partition, records, 0);
        const rows = Array.from({ length: reader.columns.count }, (_, row) => ({
          record: reader.columns.codes.record[row],
          index: reader.columns.codes.index[row],
          action: actionAt(reader.columns, row),
        }));
        const twins = all.flatMap(({ request, origin, isBroken }, record) =>
          isBroken
            ? []
            : decodeTwin(encodedRequest(request)).map((span) => ({
                record,
                index: span.index,
                action: attributeTwin(span, origin),
              })),
        );
        expect(rows).toEqual(twins.filter(({ action }) => typeof action !== "string"));
        const tooLong = twins.filter(({ action }) => action === "identity_too_long");
        const broken = all.flatMap(({ isBroken }, offset) => (isBroken ? [offset] : []));
        expect(sums.noAction).toBe(twins.filter(({ action }) => action === "no_action").length);
        expect(sums.spans).toBe(twins.length + broken.length);
        expect(sums.deadLetters.map(({ offset, index, reason }) => ({ offset, index, reason }))).toEqual(
          all.flatMap(({ isBroken }, offset) =>
            isBroken
              ? [{ offset, index: -1, reason: "malformed" }]
              : tooLong.flatMap(({ record, index }) =>
                  record === offset ? [{ offset, index, reason: "identity_too_long" }] : [],
                ),
          ),
        );
        for (const { action } of twins) {
          seen[typeof action === "string" ? action : "action"] += 1;
          if (typeof action !== "string") rules.add(action.rule).add(action.identityRule);
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
  expect(rules.size).toBeGreaterThan(15);
});
