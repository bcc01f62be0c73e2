import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { type Engine, ruleAt } from "./rules.ts";

/** Cedar as WebAssembly, the policies parsed before. */
export function cedar(rules: number): Engine {
  const staticPolicies = Object.fromEntries(
    Array.from({ length: rules }, (_, nth) => [`g${String(nth)}`, policyOf(nth)]),
  );
  const parsed = preparsePolicySet("bench", { staticPolicies });
  if (parsed.type !== "success") throw new Error("Cedar did not take the rules.");
  return ({ identityId, operation, resource, atMs }) => {
    const answer = statefulIsAuthorized({
      principal: { type: "Identity", id: identityId },
      action: { type: "Action", id: "act" },
      resource: { type: "Resource", id: "any" },
      context: { identity: identityId, operation, resource, at: atMs },
      preparsedPolicySetId: "bench",
      entities: [],
    });
    if (answer.type !== "success") throw new Error("Cedar did not answer.");
    return answer.response.decision === "allow";
  };
}

/** Who is told by name is named where Cedar looks first; patterns are `like`, which takes strings of the context alone. */
function policyOf(nth: number): string {
  const { grantee, operations, resources, window } = ruleAt(nth);
  const isPattern = grantee.includes("*");
  const any = (name: string, patterns: readonly string[]): string =>
    `(${patterns.map((one) => `context.${name} like ${JSON.stringify(one)}`).join(" || ")})`;
  const when = [
    ...(isPattern ? [any("identity", [grantee])] : []),
    any("operation", operations),
    any("resource", resources),
    `context.at >= ${String(Date.parse(window.from ?? ""))}`,
    `context.at < ${String(Date.parse(window.until ?? ""))}`,
  ];
  const principal = isPattern ? "principal" : `principal == Identity::${JSON.stringify(grantee)}`;
  return `permit(${principal}, action, resource) when { ${when.join(" && ")} };`;
}
