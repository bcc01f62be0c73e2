import { require, run } from "./common.mjs";

await run(
  () => [],
  () => {
    const { embed, generateText, jsonSchema, registerTelemetry, isStepCount, tool } = require("ai");
    const { OpenTelemetry } = require("@ai-sdk/otel");
    const { openai } = require("@ai-sdk/openai");
    registerTelemetry(new OpenTelemetry());
    const model = openai.chat("gpt-4o-mini");
    const inputSchema = jsonSchema({ type: "object", properties: { city: { type: "string" } } });
    const weather = tool({ description: "weather", inputSchema, execute: ({ city }) => `Sunny in ${city}` });
    const stopWhen = isStepCount(3);
    const telemetry = { functionId: "weather-agent" };
    return [
      () => generateText({ model, prompt: "Weather in Bern?", tools: { weather }, stopWhen, telemetry }),
      () => embed({ model: openai.embeddingModel("text-embedding-3-small"), value: "x" }),
      () => generateText({ model: openai.chat("gpt-none"), prompt: "x", maxRetries: 0 }),
    ];
  },
);
