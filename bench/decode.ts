import {
  defaultLimits,
  Dictionary,
  namesOf,
  readTraces,
  SpanRow,
  spanKinds,
} from "../detector/decode/index.ts";
import { attributes } from "../schemas/index.ts";
import { traceRequest } from "../test/support/otlp-proto.ts";
import { agentBatch, attributeCount, spanCount } from "./agent-batch.ts";
import { type Area, compareCpu, type Figure } from "./figure.ts";

const names = namesOf(attributes.map((one) => one.name));

/** Decoding of OTLP protobuf, beside protobufjs on the same bytes. */
export const decode: Area = {
  area: "decode",
  run(progress) {
    const bytes = agentBatch(0);
    const row = new SpanRow(new Dictionary(spanKinds), names);
    let visited = 0;
    let kept = 0;
    // One row and one dictionary for all batches, as a worker has them for all its chunks.
    const read = (): void => {
      row.dictionary.clear();
      readTraces(bytes, row, defaultLimits, () => {
        visited += 1;
        kept = row.presentCount;
      });
    };
    read();
    if (visited !== spanCount) throw new Error("The batch must decode to all its spans.");
    progress(
      `decode-protobuf: ${spanCount} spans of ${attributeCount} attributes, ${kept} of them wanted, ${bytes.length} bytes`,
    );
    const [ours, theirs] = compareCpu([
      read,
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
