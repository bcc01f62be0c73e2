import { AgentMeshClient, PolicyEngine } from "@microsoft/agent-governance-sdk";
import type { RecordedAction } from "../../instrumentation/index.ts";
import { timed, timedAwaited } from "../percentiles.ts";
import { callsOf, identity, ruleAt } from "./rules.ts";
import type { Contender } from "./subject.ts";

function policyRules(rules: number) {
  return Array.from({ length: rules }, (_, nth) => {
    const { operation, resource } = ruleAt(nth);
    return { action: operation, effect: "allow" as const, conditions: { resource, agent: identity.id } };
  });
}

const paramsOf = ({ resource }: RecordedAction) => ({ resource: resource?.id, agent: identity.id });

/** Its policy engine alone. */
export function decision(rules: number): Contender {
  const engine = new PolicyEngine(policyRules(rules));
  const calls = callsOf(rules);
  const once = (nth: number): boolean => {
    const action = calls[nth % calls.length]!;
    return engine.evaluate(action.name, paramsOf(action)) === "allow";
  };
  return {
    allowed: () => calls.filter((_, nth) => once(nth)).length,
    round: async (count) => timed(count, once),
  };
}

/** The pipeline that its page tells of: policy, trust, audit log; the call is made where it is allowed. All settings its own. */
export function full(rules: number): Contender {
  const client = AgentMeshClient.create(identity.id, { policyRules: policyRules(rules) });
  const calls = callsOf(rules);
  let sum = 0;
  const once = async (nth: number): Promise<boolean> => {
    const action = calls[nth % calls.length]!;
    const { decision: said } = await client.executeWithGovernance(action.name, paramsOf(action));
    if (said === "allow") sum += 1;
    return said === "allow";
  };
  const allowed = async (): Promise<number> => {
    const before = sum;
    for (let nth = 0; nth < calls.length; nth += 1) await once(nth);
    return sum - before;
  };
  return { allowed, round: async (count) => timedAwaited(count, once) };
}
