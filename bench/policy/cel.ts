import { Environment } from "@marcbachmann/cel-js";
import { type Engine, ruleAt } from "./rules.ts";

/** CEL, an expression a rule, parsed before; the first that is true allows. */
export function cel(rules: number): Engine {
  const environment = new Environment()
    .registerVariable("identity", "string")
    .registerVariable("operation", "string")
    .registerVariable("resource", "string")
    .registerVariable("at", "int");
  const parsed = Array.from({ length: rules }, (_, nth) => environment.parse(expressionOf(nth)));
  return ({ identityId, operation, resource, atMs }) => {
    const facts = { identity: identityId, operation, resource, at: BigInt(atMs) };
    return parsed.some((one) => one(facts) === true);
  };
}

function expressionOf(nth: number): string {
  const { grantee, operations, resources, window } = ruleAt(nth);
  return [
    matches("identity", [grantee]),
    matches("operation", operations),
    matches("resource", resources),
    `at >= ${String(Date.parse(window.from ?? ""))}`,
    `at < ${String(Date.parse(window.until ?? ""))}`,
  ].join(" && ");
}

/** Of the patterns here each has one star at most, at its end. */
function matches(name: string, patterns: readonly string[]): string {
  const one = (pattern: string): string =>
    pattern.endsWith("*")
      ? `${name}.startsWith(${JSON.stringify(pattern.slice(0, -1))})`
      : `${name} == ${JSON.stringify(pattern)}`;
  return `(${patterns.map(one).join(" || ")})`;
}
