import type { Area, Figure } from "../figure.ts";
import { startTopic } from "../topic.ts";
import { overOtlp } from "./over-otlp.ts";
import { rekeyed } from "./rekeyed.ts";

/**
 * The Collector with our processor: what the processor costs beside the same Collector without it, and what it does
 * beside `answerable process`. In spans a second of the processor time of the one process; Kafka is another.
 */
export const gateway: Area = {
  area: "gateway",
  async run(progress): Promise<Figure[]> {
    const topic = await startTopic();
    try {
      return [...(await overOtlp(topic, progress)), await rekeyed(topic, progress)];
    } finally {
      await topic.stop();
    }
  },
};
