import {
  type Answerable,
  collectActions,
  type CollectedActions,
  type GuardOptions,
  start,
} from "../../instrumentation/index.ts";
import { currentRuntime } from "../../instrumentation/runtime.ts";
import { until } from "./poll.ts";

/** The SDK with its guard on, and what it recorded. */
export interface Guarded {
  readonly answerable: Answerable;
  readonly collected: CollectedActions;
  /** What the guard said of each action since, and how each ended. */
  decisions(): Promise<readonly object[]>;
  stop(): Promise<void>;
}

/** Starts it against a service at `endpoint`; by then it knows what stands, unless `isReady` is false. */
export async function guarded(endpoint: string, guard: GuardOptions = {}, isReady = true): Promise<Guarded> {
  const answerable = start({
    identity: { id: "agent:test", kind: "ai_agent" },
    key: "0123456789abcdef0123456789abcdef",
    exporter: { name: "none", trouble: undefined, send: () => Promise.resolve("sent") },
    guard: { mode: "enforce", endpoint, askWaitMs: 2_000, ...guard },
    limits: { exitMs: 200 },
  });
  const collected = collectActions();
  if (isReady) await known();
  return {
    answerable,
    collected,
    async decisions() {
      const actions = await collected.actions();
      await collected.clear();
      return actions.map(({ name, status, decision }) => ({ name, status, ...decision }));
    },
    async stop() {
      await collected.stop();
      await answerable.stop();
    },
  };
}

/** Waits until the guard was told what stands. */
export async function known(): Promise<void> {
  await until("the guard knows what stands", () => currentRuntime()?.guard?.stats().ageMs !== undefined);
}
