/**
 * Goal: what one partition holds never changes what is read of another. A worker compiles the table once for all of its
 * partitions, and what it remembers of a text, it remembers by the number that the text has in one chunk alone.
 */
import { expect, test } from "@jest/globals";
import { defaultLimits } from "../../detector/decode/index.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { ChunkReader } from "../../detector/stream/chunk.ts";
import { actionAt } from "../support/actions.ts";
import { encodedSpans } from "../support/encoded-spans.ts";
import type { Span } from "../support/span.ts";

const methods = ["GET", "PUT", "POST", "DELETE", "QUERY"];
const whole = {
  index: 0,
  startedAtUs: 1,
  endedAtUs: 2,
  scopeName: "",
  status: "ok",
  parentSpanId: "",
} as const;

/** The request number `nth` of the agent of a partition; no two partitions say anything alike. */
const requestOf = (partition: number, nth: number): Span => ({
  ...whole,
  traceId: "11".repeat(16),
  spanId: String(nth).padStart(16, "1"),
  name: `call ${String(partition)}`,
  kind: "client",
  resource: new Map([["gen_ai.agent.name", `worker-${String(partition)}`]]),
  attributes: new Map([
    ["http.request.method", methods[(nth + partition) % methods.length] ?? ""],
    ["url.full", `https://host-${String(partition)}.example/things-${String(nth)}`],
  ]),
});

test("partitions that are read in turn by one worker are read as each would be alone", () => {
  const partitions = [0, 1, 2, 3];
  const shared = shippedAttributor();
  const readers = partitions.map(() => new ChunkReader(shared, defaultLimits));
  const read = (reader: ChunkReader, partition: number, nth: number) => {
    const value = encodedSpans([requestOf(partition, nth), requestOf(partition, nth + 1)]);
    const record = { offset: nth, key: "g0000", value, headers: {}, timestampMs: 0 };
    reader.read({ topic: "nhi.spans", partition }, [record], 0);
    return [actionAt(reader.columns, 0), actionAt(reader.columns, 1)];
  };
  for (let nth = 0; nth < 10; nth += 1)
    for (const partition of partitions) {
      const alone = read(new ChunkReader(shippedAttributor(), defaultLimits), partition, nth);
      expect(alone[0]).toMatchObject({
        identityId: `agent:worker-${String(partition)}`,
        operation: `http.${(methods[(nth + partition) % methods.length] ?? "").toLowerCase()}`,
      });
      expect(read(readers[partition]!, partition, nth)).toEqual(alone);
    }
});
