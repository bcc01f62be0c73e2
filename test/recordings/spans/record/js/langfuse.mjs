import { require, run } from "./common.mjs";

await run(
  () => [],
  () => {
    const { startActiveObservation, startObservation } = require("@langfuse/tracing");
    const kinds = [
      "span",
      "generation",
      "agent",
      "tool",
      "chain",
      "retriever",
      "evaluator",
      "guardrail",
      "embedding",
    ];
    return [
      () =>
        startActiveObservation(
          "support-agent",
          (agent) => {
            agent.update({ input: "Weather in Bern?" });
            for (const asType of kinds) {
              const model = asType === "generation" ? { model: "gpt-4o-mini" } : {};
              startObservation(`${asType}-step`, { input: {}, ...model }, { asType }).end();
            }
            startObservation(
              "close_ticket",
              { level: "ERROR", statusMessage: "refused" },
              { asType: "tool" },
            ).end();
          },
          { asType: "agent" },
        ),
      () => startObservation("nightly", {}).end(),
    ];
  },
);
