/**
 * `node --import answerable/register app.js`: the app's actions become answerable without a change in it. Settings are
 * environment variables: `ANSWERABLE_*`, and OpenTelemetry's own (`OTEL_*`).
 */
import { register } from "node:module";
import { trace } from "@opentelemetry/api";
import { createAddHookMessageChannel } from "import-in-the-middle";
import type { Brought } from "./emit/provider.ts";
import { isApi } from "./emit/registration.ts";
import { setInstalled } from "./installed.ts";
import { warn } from "./process.ts";
import type { Runtime } from "./runtime.ts";
import { startRuntime } from "./start.ts";
import { insideFiles, installWrappers } from "./wrappers/hooks.ts";
import { wrappers } from "./wrappers/index.ts";
import type { Wrapper } from "./wrappers/wrapper.ts";

let brought: Brought | undefined;
const runtime = startRuntime(
  {},
  {
    beforeOther: () => brought?.stepAside(),
    afterOther: (provider) => brought?.giveWayTo(provider),
  },
);

/** A host that loads a copy of OpenTelemetry's API of its own registers its SDK there. */
const otherCopies: Wrapper = {
  id: "opentelemetry-api",
  packages: ["@opentelemetry/api"],
  patch: (exports) => (isApi(exports) && exports.trace !== trace ? runtime?.watch(exports) : undefined),
};

async function bring({ spans }: Runtime): Promise<void> {
  try {
    const { bringProvider } = await import("./emit/provider.ts");
    brought = bringProvider(spans);
  } catch {
    // Libraries' own spans go unseen; actions don't.
  }
}

if (runtime !== undefined) {
  try {
    const { registerOptions, waitForAllMessagesAcknowledged } = createAddHookMessageChannel<{
      readonly include: unknown[];
    }>();
    registerOptions.data?.include.push(...insideFiles(wrappers));
    register("import-in-the-middle/hook.mjs", import.meta.url, registerOptions);
    setInstalled(installWrappers([...wrappers, otherCopies]));
    await waitForAllMessagesAcknowledged();
    // An SDK that the app brings is registered while it starts. Ours comes after that, if there is none.
    setImmediate(() => void bring(runtime)).unref();
  } catch {
    // What the app does by itself it goes on doing; `answerable doctor` says what is missing.
    warn("libraries can't be watched in this process");
  }
}
