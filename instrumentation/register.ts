/**
 * `node --import answerable/register app.js`: the app's actions become answerable without a change in it. Settings are
 * environment variables: `ANSWERABLE_*`, and OpenTelemetry's own (`OTEL_*`).
 */
import { register } from "node:module";
import { context } from "@opentelemetry/api";
import { createAddHookMessageChannel } from "import-in-the-middle";
import { setInstalled } from "./installed.ts";
import { startRuntime } from "./start.ts";
import { insideFiles, installWrappers } from "./wrappers/hooks.ts";
import { wrappers } from "./wrappers/index.ts";

let stepAside: (() => void) | undefined;

/** The host's own SDK comes first: ours makes room before it registers. */
function makeRoom(): void {
  stepAside?.();
  stepAside = undefined;
}

const runtime = startRuntime({}, { beforeOther: makeRoom });
if (runtime !== undefined) {
  try {
    const { registerOptions, waitForAllMessagesAcknowledged } = createAddHookMessageChannel();
    (registerOptions.data?.include as unknown[] | undefined)?.push(...insideFiles(wrappers));
    register("import-in-the-middle/hook.mjs", import.meta.url, registerOptions);
    setInstalled(installWrappers(wrappers));
    await waitForAllMessagesAcknowledged();
    const { bringProvider } = await import("./emit/provider.ts");
    stepAside = bringProvider(runtime.spans);
    // A host may set its context manager before its provider.
    const setContext = context.setGlobalContextManager;
    context.setGlobalContextManager = function set(this: typeof context, manager) {
      makeRoom();
      return setContext.call(this, manager);
    };
  } catch {
    // What the app does by itself it goes on doing; `answerable doctor` says what is missing.
  }
}
