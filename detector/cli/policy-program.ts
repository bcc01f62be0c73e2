import type { Command } from "commander";
import type { ServiceOptions } from "./program.ts";

interface ApplyVerbOptions extends ServiceOptions {
  readonly file: readonly string[];
  readonly force?: true;
  readonly ifVersion?: string;
}

export interface PolicyTestOptions extends ServiceOptions {
  readonly file: readonly string[];
  readonly since: string;
  readonly identity?: string;
  readonly failOnChange?: true;
  readonly json?: true;
}

interface CoverageOptions extends ServiceOptions {
  readonly since: string;
  readonly identity?: string;
  readonly json?: true;
}

interface GrantsOptions extends ServiceOptions {
  readonly history?: string;
  readonly json?: true;
}

/** The verbs about policies. */
export interface PolicyVerbs {
  apply(options: ApplyVerbOptions): Promise<void>;
  policyCheck(options: { readonly file: readonly string[] }): Promise<void>;
  policyShow(options: ServiceOptions): Promise<void>;
  policyTest(options: PolicyTestOptions): Promise<void>;
  coverage(options: CoverageOptions): Promise<void>;
  grants(options: GrantsOptions): Promise<void>;
  grantsSuggest(
    options: ServiceOptions & { readonly identity: string; readonly since: string },
  ): Promise<void>;
}

/** `-f` may be given again: one list. */
const files = (file: string, before: readonly string[] = []): readonly string[] => [...before, file];
const sinceText = "from then on: 30m, 12h, 7d, or an instant";

/** Adds the verbs about policies. `service` adds the option that says where the service answers. */
export function addPolicy(
  program: Command,
  verbs: () => Promise<PolicyVerbs>,
  service: (command: Command) => Command,
): void {
  service(
    program
      .command("apply")
      .description(
        "give what policy files say: grants, playbooks, …; what stands just so already is left as it is",
      ),
  )
    .requiredOption("-f, --file <file>", "YAML or JSON, or a folder of them; may be given again", files)
    .option("--if-version <policy@version>", "only while this version of the policy stands")
    .option("--force", "even a version that is lower than the one that stands")
    .action(async (given: ApplyVerbOptions) => (await verbs()).apply(given));
  const policy = program.command("policy").description("check, try and show policies");
  policy
    .command("check")
    .description("say what is wrong with policy files, or would probably not be meant; asks no service")
    .requiredOption("-f, --file <file>", "YAML or JSON, or a folder of them; may be given again", files)
    .action(async (given: { file: readonly string[] }) => (await verbs()).policyCheck(given));
  service(
    policy
      .command("test")
      .description("judge recorded actions under a policy before it is given, and show what would change"),
  )
    .requiredOption("-f, --file <file>", "YAML or JSON, or a folder of them; may be given again", files)
    .option("--since <when>", sinceText, "7d")
    .option("--identity <id>", "of this identity alone")
    .option("--fail-on-change", "status 1 when something that was allowed would not be")
    .option("--json", "as JSON")
    .action(async (given: PolicyTestOptions) => (await verbs()).policyTest(given));
  service(policy.command("show").description("print what stands, as a policy file")).action(
    async (given: ServiceOptions) => (await verbs()).policyShow(given),
  );
  service(
    program
      .command("coverage")
      .description("how much of what each identity does is granted, and what isn't; ungranted ones first"),
  )
    .option("--since <when>", `${sinceText} (whole hours)`, "7d")
    .option("--identity <id>", "of this identity alone")
    .option("--json", "as JSON")
    .action(async (given: CoverageOptions) => (await verbs()).coverage(given));
  const grants = service(program.command("grants").description("list the grants that stand"))
    .option("--history <grant>", "every version of one grant instead, with who gave it and when")
    .option("--json", "as JSON")
    .action(async (given: GrantsOptions) => (await verbs()).grants(given));
  service(
    grants
      .command("suggest")
      .description("the least grants that would have covered what an identity did, for a person to approve"),
  )
    .requiredOption("--identity <id>", "whose actions")
    .option("--since <when>", sinceText, "7d")
    // `--url` is an option of `grants` as well, which takes it wherever it stands.
    .action(async (_: unknown, command: Command) =>
      (await verbs()).grantsSuggest(
        command.optsWithGlobals<ServiceOptions & { identity: string; since: string }>(),
      ),
    );
}
