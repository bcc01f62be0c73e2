import type { LeavingSpan } from "../../instrumentation/emit/leaving.ts";
import { start } from "../../instrumentation/index.ts";

/** What leaves this process, instead of a receiver. */
export interface Collected {
  /** What left since it was asked last; starts of actions apart. */
  actions(): Promise<readonly LeavingSpan[]>;
  /** All that ever left, as text, for what must not be in it. */
  everything(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the SDK with a sink that keeps what it gets. */
export function collected(): Collected {
  const all: LeavingSpan[] = [];
  let seen = 0;
  const answerable = start({
    identity: { id: "agent:test", kind: "ai_agent" },
    exporter: {
      name: "test",
      trouble: undefined,
      send: (spans) => {
        all.push(...spans);
        return Promise.resolve("sent");
      },
    },
  });
  return {
    async actions() {
      await answerable.flush();
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh.filter(({ attributes }) => {
        const { "nhi.action.kind": kind, "nhi.phase": phase } = attributes;
        return kind !== undefined && phase !== "start";
      });
    },
    async everything() {
      await answerable.flush();
      return JSON.stringify(all);
    },
    stop: () => answerable.stop(),
  };
}
