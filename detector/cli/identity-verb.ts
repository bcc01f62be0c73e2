import type { Command } from "commander";
import type { ApiClient } from "./api-client.ts";
import { jsonLine } from "./text.ts";
import { baselineText } from "./why-text.ts";

interface Options {
  readonly url?: string;
  readonly json?: true;
}

/** What is known of an identity. */
export interface IdentityVerb {
  identity(id: string, options: Options): Promise<void>;
}

export function addIdentity(
  program: Command,
  verbs: () => Promise<IdentityVerb>,
  service: (command: Command) => Command,
): void {
  service(
    program
      .command("identity")
      .description(
        "what is known of an identity: how much, what it usually does, its findings and riskiest sessions",
      ),
  )
    .argument("<id>", "for example agent:triage")
    .option("--json", "as JSON")
    .action(async (id: string, given: Options) => (await verbs()).identity(id, given));
}

export function identityVerb(api: (given: Options) => ApiClient, out: (text: string) => void): IdentityVerb {
  return {
    identity: async (id, given) => {
      const baseline = await api(given).baseline(id);
      out(given.json === true ? jsonLine(baseline) : `${baselineText(baseline)}\n`);
    },
  };
}
