import { type LeavingSpan, record, runAs, type SpanSink, start } from "../../instrumentation/index.ts";
import type { LoadedModule, Undo, Wrapper } from "../../instrumentation/wrappers/wrapper.ts";

/** A module of the real library, as it was loaded. */
export interface Loaded {
  readonly exports: object;
  readonly module: LoadedModule;
}

/** Who acts in every run of the contract. */
export const actor = { id: "agent:contract", kind: "ai_agent", owner: "team:tests" } as const;
export const session = "contract-session";

/** Patches as `--import answerable/register` does when the modules are loaded. */
export function install(wrapper: Wrapper, modules: readonly Loaded[]): Undo {
  const undos = [
    wrapper.listen?.(),
    ...modules.map(({ exports, module }) => wrapper.patch?.(exports, module)),
  ];
  return () => {
    for (const undo of undos.toReversed()) undo?.();
  };
}

/** What left the process while `work` ran within a parent action, the parent last. */
export async function watchedRun(
  work: () => Promise<void>,
  sink: Partial<SpanSink> = {},
): Promise<readonly LeavingSpan[]> {
  const left: LeavingSpan[] = [];
  const memory: SpanSink = {
    name: "memory",
    trouble: undefined,
    send: async (spans) => {
      left.push(...spans);
      return "sent";
    },
    ...sink,
  };
  const answerable = start({ identity: actor, exporter: memory, limits: { exitMs: 200 } });
  try {
    await runAs({ identity: actor, session, chain: ["user:ana"] }, () =>
      record({ kind: "agent_run", name: "contract" }, work),
    );
  } finally {
    await answerable.stop();
  }
  return left;
}

/** Actions that are over, without the parent; in the order in which they began. */
export function actionsOf(left: readonly LeavingSpan[]): readonly LeavingSpan[] {
  return left
    .filter(
      ({ attributes }) =>
        attributes["nhi.phase"] !== "start" && attributes["nhi.action.kind"] !== "agent_run",
    )
    .filter(({ attributes }) => attributes["nhi.action.kind"] !== undefined)
    .toSorted((one, other) => one.startTime[0] - other.startTime[0] || one.startTime[1] - other.startTime[1]);
}
