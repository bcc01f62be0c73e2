import type { Facts } from "./facts.ts";
import { identityChecks } from "./identity-checks.ts";
import { libraryChecks } from "./library-checks.ts";
import { receiverChecks } from "./receiver-checks.ts";
import { versionChecks } from "./version-checks.ts";

/** One thing that was looked at. */
export interface Check {
  readonly id: string;
  /** trouble: something must be done; note: it works, but less well than it could. */
  readonly state: "ok" | "note" | "trouble";
  /** What is so, in a sentence. */
  readonly says: string;
  /** What to do, in a sentence; only where there is something to do. */
  readonly advice?: string;
}

/** What the facts mean, in the order in which a span is made and sent. Pure. */
export function reportOf(facts: Facts): readonly Check[] {
  return [
    ...versionChecks(facts),
    ...settingChecks(facts),
    ...identityChecks(facts),
    ...receiverChecks(facts),
    ...libraryChecks(facts),
  ];
}

function settingChecks({ isOn, problems }: Facts): readonly Check[] {
  const wrong = problems.map((says): Check => ({
    id: "settings",
    state: "trouble",
    says,
    advice: "Correct the setting.",
  }));
  if (isOn) return wrong;
  const off: Check = {
    id: "on",
    state: "trouble",
    says: "nothing is recorded, as it is switched off or could not start",
    advice:
      "Take ANSWERABLE_DISABLED and OTEL_SDK_DISABLED out of the environment, or heed the warning of the start.",
  };
  return [...wrong, off];
}
