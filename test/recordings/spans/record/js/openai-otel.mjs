import { require, run } from "./common.mjs";
import { steps } from "./openai-client.mjs";

await run(
  () => [new (require("@opentelemetry/instrumentation-openai").OpenAIInstrumentation)()],
  () => steps(require("openai")),
);
