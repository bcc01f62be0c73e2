import { require, run } from "./common.mjs";

await run(
  () => [],
  () => {
    const { embed, generateText, jsonSchema, streamText, stepCountIs, tool } = require("ai5");
    const { openai } = require("@ai-sdk/openai2");
    const model = openai.chat("gpt-4o-mini");
    const inputSchema = jsonSchema({ type: "object", properties: { city: { type: "string" } } });
    const weather = tool({ description: "weather", inputSchema, execute: ({ city }) => `Sunny in ${city}` });
    const refused = tool({
      description: "refused",
      inputSchema,
      execute: () => {
        throw new Error("refused");
      },
    });
    const stopWhen = stepCountIs(3);
    const seen = (functionId) => ({
      experimental_telemetry: { isEnabled: true, functionId, metadata: { userId: "ana" } },
    });
    return [
      () =>
        generateText({
          model,
          prompt: "Weather in Bern?",
          tools: { weather },
          stopWhen,
          ...seen("weather-agent"),
        }),
      () =>
        generateText({
          model,
          prompt: "Close it.",
          tools: { closeTicket: refused },
          stopWhen,
          ...seen("closer"),
        }),
      () => streamText({ model, prompt: "Weather in Bern?", ...seen("streamer") }).text,
      () =>
        embed({
          model: openai.textEmbeddingModel("text-embedding-3-small"),
          value: "x",
          ...seen("embedder"),
        }),
      () => generateText({ model: openai.chat("gpt-none"), prompt: "x", maxRetries: 0, ...seen("failing") }),
    ];
  },
);
