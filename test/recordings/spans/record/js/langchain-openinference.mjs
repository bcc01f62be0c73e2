import { require, run } from "./common.mjs";

await run(
  () => {
    const { LangChainInstrumentation } = require("@arizeai/openinference-instrumentation-langchain");
    const made = new LangChainInstrumentation();
    made.manuallyInstrument(require("@langchain/core/callbacks/manager"));
    return [made];
  },
  () => {
    const { ChatOpenAI } = require("@langchain/openai");
    const { tool } = require("@langchain/core/tools");
    const { ChatPromptTemplate } = require("@langchain/core/prompts");
    const { z } = require("zod");
    const model = new ChatOpenAI({ model: "gpt-4o-mini", maxRetries: 0 });
    const weather = tool(({ city }) => `Sunny in ${city}`, {
      name: "weather",
      schema: z.object({ city: z.string() }),
    });
    const failing = tool(
      () => {
        throw new Error("refused");
      },
      { name: "tickets.close", schema: z.object({}) },
    );
    return [
      () => model.invoke("Weather in Bern?"),
      () => weather.invoke({ city: "Bern" }),
      () => failing.invoke({}),
      () => ChatPromptTemplate.fromTemplate("Weather in {city}?").pipe(model).invoke({ city: "Bern" }),
      () => new ChatOpenAI({ model: "gpt-none", maxRetries: 0 }).invoke("x"),
    ];
  },
);
