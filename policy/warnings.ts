import type { Grant } from "../schemas/index.ts";
import { isZone } from "./hours.ts";
import { formOf, namePattern } from "./names.ts";

/** A grant that hardly says what was meant. */
export interface GrantWarning {
  readonly grantId: string;
  readonly what:
    | "everything"
    | "everybody"
    | "window_over"
    | "unknown_zone"
    | "operation_unseen"
    | "step_outside"
    | "odd_name"
    | "given_twice";
  /** A sentence for people. */
  readonly message: string;
}

/** What is known beside the grants. */
export interface WarningContext {
  /** Microseconds since 1970. */
  readonly nowUs: number;
  /** Operations that were seen so far; nothing is said of them where none is given. */
  readonly seen?: readonly string[];
}

/** Grants that are looked at, and operations that each pattern is tried on. */
const grantsMax = 100_000;
const seenMax = 10_000;

/**
 * Says which grants match nothing, or everything. Warns only: each may be meant.
 *
 * @example
 * warningsOf([grant], { nowUs, seen: ["tickets.open"] }).map(({ message }) => message);
 */
export function warningsOf(grants: readonly Grant[], { nowUs, seen = [] }: WarningContext): GrantWarning[] {
  const ids = new Set<string>();
  const operations = seen.slice(0, seenMax);
  return grants.slice(0, grantsMax).flatMap((grant) => {
    const isTwice = ids.has(grant.id);
    ids.add(grant.id);
    return [
      ...(isTwice ? [told(grant, "given_twice", "is given twice; the later one counts")] : []),
      ...ofScope(grant),
      ...ofTime(grant, nowUs),
      ...ofNames(grant, operations),
    ];
  });
}

const isOpen = (patterns: readonly string[]): boolean => patterns.some((one) => namePattern(one).isOpen);

const told = ({ id }: Grant, what: GrantWarning["what"], message: string): GrantWarning => ({
  grantId: id,
  what,
  message: `${id} ${message}`,
});

function ofScope(grant: Grant): GrantWarning[] {
  const warnings: GrantWarning[] = [];
  const isBare = Object.keys(grant.conditions).length === 0 && !grant.ask;
  if (isBare && isOpen(grant.operations) && isOpen(grant.resources))
    warnings.push(told(grant, "everything", "allows every operation on every resource, under no condition"));
  if (isOpen([grant.grantee])) warnings.push(told(grant, "everybody", "is given to every identity"));
  return warnings;
}

function ofTime(grant: Grant, nowUs: number): GrantWarning[] {
  const { window, conditions } = grant;
  const warnings: GrantWarning[] = [];
  if (window.until !== undefined && Date.parse(window.until) * 1000 <= nowUs)
    warnings.push(
      told(grant, "window_over", `matches nothing any more: its window ended at ${window.until}`),
    );
  const { hours } = conditions;
  if (hours !== undefined && !isZone(hours.zone))
    warnings.push(told(grant, "unknown_zone", `matches nothing: no time zone is called ${hours.zone}`));
  return warnings;
}

function ofNames(grant: Grant, seen: readonly string[]): GrantWarning[] {
  const warnings: GrantWarning[] = [];
  for (const text of [grant.grantee, ...grant.operations, ...grant.resources]) {
    // What stands in the place of a star is no trick.
    if (text.includes("*") && formOf(text.replaceAll("*", "a")) === "trick")
      warnings.push(
        told(grant, "odd_name", `has the pattern ${JSON.stringify(text)}, which no plain name matches`),
      );
  }
  for (const text of grant.operations) {
    if (seen.length === 0 || takesAny(text, seen)) continue;
    warnings.push(
      told(
        grant,
        "operation_unseen",
        `names ${JSON.stringify(text)}, which no operation seen so far matches`,
      ),
    );
  }
  for (const step of grant.conditions.workflow?.steps ?? []) {
    if (step.includes("*") || grant.operations.some((one) => takesAny(one, [step]))) continue;
    warnings.push(
      told(
        grant,
        "step_outside",
        `has the step ${JSON.stringify(step)}, which none of its operations matches`,
      ),
    );
  }
  return warnings;
}

function takesAny(pattern: string, names: readonly string[]): boolean {
  const { takes } = namePattern(pattern);
  return names.some((name) => takes(name, formOf(name)));
}
