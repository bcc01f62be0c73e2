import { require, run } from "./common.mjs";
import { steps } from "./openai-client.mjs";

await run(
  () => [new (require("@traceloop/instrumentation-openai").OpenAIInstrumentation)({ traceContent: false })],
  () => steps(require("openai")),
);
