import { decodeTraces } from "../detector/decode/index.ts";
import { attributes } from "../schemas/index.ts";
import { traceRequest } from "../test/support/otlp-proto.ts";
import { agentBatch, attributeCount, spanCount } from "./agent-batch.ts";
import { type Area, compareCpu, type Figure } from "./figure.ts";

const wanted: ReadonlySet<string> = new Set(attributes.map((one) => one.name));

/** Decoding of OTLP protobuf, beside protobufjs on the same bytes. */
export const decode: Area = {
  area: "decode",
  run(progress) {
    const bytes = agentBatch(0);
    const decoded = decodeTraces(bytes, { wanted });
    if (!decoded.ok || decoded.spans.length !== spanCount)
      throw new Error("The batch must decode to all its spans.");
    const kept = decoded.spans[0]?.attributes.size ?? 0;
    progress(
      `decode-protobuf: ${spanCount} spans of ${attributeCount} attributes, ${kept} of them wanted, ${bytes.length} bytes`,
    );
    const [ours, theirs] = compareCpu([
      () => {
        decodeTraces(bytes, { wanted });
      },
      () => {
        traceRequest.decode(bytes);
      },
    ]);
    const figure: Figure = {
      name: "decode-protobuf",
      value: Math.round((spanCount * 1e6) / ours),
      unit: "spans/s of CPU",
      peer: "protobufjs 8.8.1",
      peerValue: Math.round((spanCount * 1e6) / theirs),
      ratio: theirs / ours,
    };
    return Promise.resolve([figure]);
  },
};
