import { compilePattern } from "../../policy/pattern.ts";
import { type Finding, type Playbook, Severity } from "../../schemas/index.ts";

type Match = (name: string) => boolean;

interface Compiled {
  readonly rules: readonly Match[];
  readonly signals: readonly Match[] | undefined;
  readonly identities: readonly Match[];
}

const compiled = new WeakMap<Playbook, Compiled>();

/** Whether a playbook means a finding that a detector's signal led to. */
export function answers(playbook: Playbook, finding: Finding, signal: string): boolean {
  const { rules, signals, identities } = compile(playbook);
  const rank = Severity.options;
  return (
    rank.indexOf(finding.severity) >= rank.indexOf(playbook.on.minSeverity) &&
    rules.some((matches) => matches(finding.rule)) &&
    (signals?.some((matches) => matches(signal)) ?? true) &&
    identities.some((matches) => matches(finding.identityId)) &&
    // Whoever claims no chain has none that could be stopped.
    (playbook.of === "identity" || finding.chainId !== "")
  );
}

function compile(playbook: Playbook): Compiled {
  const known = compiled.get(playbook);
  if (known !== undefined) return known;
  const { rules, signals, identities } = playbook.on;
  const made = {
    rules: rules.map(compilePattern),
    signals: signals?.map(compilePattern),
    identities: identities.map(compilePattern),
  };
  compiled.set(playbook, made);
  return made;
}
