import type { TraceAPI } from "@opentelemetry/api";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** An SDK comes to an app without one once the app has started; so often is looked, with so long in between. */
const tracing = { looksMax: 50, betweenMs: 20 };

/** Whether what is traced with the app's copy of the API is recorded; undefined where it has none. */
export async function isTracing(folder: string): Promise<boolean | undefined> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The package's own type; what is none of it throws.
    const app = createRequire(join(folder, "app.js"))("@opentelemetry/api") as { trace: TraceAPI };
    for (let looks = 0; looks < tracing.looksMax; looks += 1) {
      const span = app.trace.getTracer("answerable doctor").startSpan("answerable doctor");
      const isRecording = span.isRecording();
      span.end();
      if (isRecording) return true;
      await sleep(tracing.betweenMs);
    }
    return false;
  } catch {
    return undefined;
  }
}
