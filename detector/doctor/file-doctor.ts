import type { Attributor } from "../attribute/table.ts";
import { asProtobuf, type DecodeLimits, defaultLimits } from "../decode/index.ts";
import { hasMoreNodes } from "../roles/take.ts";
import type { Check } from "./app-doctor.ts";
import { type FileRequest, requestBytesMax } from "./cutter.ts";
import { requestsOf } from "./otlp-file.ts";
import { spanChecks } from "./span-checks.ts";
import { type SpanReport, SpanTally } from "./span-tally.ts";

/** A file is read for somebody who waits, one request at a time, so that one may hold more than on its way in. */
const limits: DecodeLimits = {
  ...defaultLimits,
  inflatedBytesMax: requestBytesMax,
  spansMax: 500_000,
  wrapperBytesMax: Number.MAX_SAFE_INTEGER,
};
/** Objects and lists in the JSON of one request; each takes some fifty bytes of memory. */
const jsonNodesMax = 1_500_000;
const whysMax = 3;

/**
 * Looks at a file of OTLP: which spans would be actions, by which rule, of whom, and what attribution lacks.
 *
 * @throws Error with a sentence when the file can't be read or is no OTLP.
 */
export async function lookAtFile(
  file: string,
  attributor: Attributor,
  examplesMax: number,
): Promise<{ readonly checks: readonly Check[]; readonly report: SpanReport }> {
  const tally = new SpanTally(attributor, limits, examplesMax);
  const whys = new Set<string>();
  let count = 0;
  for await (const request of requestsOf(file)) {
    const why = addTo(tally, request);
    if (why === undefined) continue;
    count += 1;
    if (whys.size < whysMax) whys.add(why);
  }
  const report = tally.report();
  return { checks: spanChecks(report, { count, whys: [...whys] }), report };
}

function addTo(tally: SpanTally, request: FileRequest): string | undefined {
  if (!request.ok) return request.why;
  const { encoding, bytes } = request;
  if (encoding === "otlp_json" && hasMoreNodes(bytes, jsonNodesMax))
    return `a request holds more than ${String(jsonNodesMax)} objects and lists`;
  const taken = asProtobuf(bytes, encoding, limits);
  return taken.ok ? tally.add(taken.bytes) : taken.message;
}
