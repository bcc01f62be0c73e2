import type { Command } from "commander";

interface At {
  readonly url?: string;
}
interface AtJson extends At {
  readonly json?: true;
}

/** The verbs about tasks, approvals and standings. */
export interface AuthorityVerbs {
  tasks(options: AtJson & { readonly closed?: true }): Promise<void>;
  openTask(id: string, options: At & TaskOptions): Promise<void>;
  closeTask(id: string, options: At & { readonly reason?: string }): Promise<void>;
  approvals(options: AtJson & { readonly state?: string }): Promise<void>;
  answer(
    id: string,
    answer: "approved" | "denied",
    options: At & { readonly comment?: string },
  ): Promise<void>;
  approvalLink(id: string, options: At & { readonly for: string }): Promise<void>;
  standing(subject: string, options: AtJson & StandingOptions): Promise<void>;
  standings(options: AtJson): Promise<void>;
  shadowReport(options: AtJson): Promise<void>;
}

interface TaskOptions {
  readonly kind: string;
  readonly title?: string;
  readonly link?: string;
}

interface StandingOptions {
  readonly set?: string;
  readonly reason?: string;
  readonly for?: string;
  readonly chain?: true;
}

/** Adds them to the program; `service` gives a command the option that says where the service answers. */
export function addAuthority(
  program: Command,
  verbs: () => Promise<AuthorityVerbs>,
  service: (command: Command) => Command,
): void {
  addTasks(program, verbs, service);
  addApprovals(program, verbs, service);
  service(program.command("standing").description("what an identity may do right now; with --set, decide it"))
    .argument("<identity>", "its id, or with --chain the id of a chain")
    .addOption(
      program
        .createOption("--set <standing>", "from now on")
        .choices(["active", "watched", "paused", "revoked"]),
    )
    .option("--reason <why>", "why; it stands on what is refused")
    .option("--for <time>", "after which it is active again, for example 30m, 1h or 7d (default: for good)")
    .option("--chain", "of all that acts within a chain")
    .option("--json", "as JSON")
    .action(async (id: string, given: AtJson & StandingOptions) => (await verbs()).standing(id, given));
  service(
    program.command("standings").description("identities and chains that are watched, paused or revoked"),
  )
    .option("--json", "as JSON")
    .action(async (given: AtJson) => (await verbs()).standings(given));
  service(
    program
      .command("shadow-report")
      .description(
        "what guards in shadow mode would have denied or asked about, by identity, operation and reason",
      ),
  )
    .option("--json", "as JSON")
    .action(async (given: AtJson) => (await verbs()).shadowReport(given));
}

function addTasks(
  program: Command,
  verbs: () => Promise<AuthorityVerbs>,
  service: (command: Command) => Command,
): void {
  service(program.command("tasks").description("list the tasks that are open"))
    .option("--closed", "those that were closed within the last hour instead")
    .option("--json", "as JSON")
    .action(async (given: AtJson & { closed?: true }) => (await verbs()).tasks(given));
  const task = program.command("task").description("open and close tasks, on which grants hang");
  service(task.command("open").description("open a task: what hangs on it counts from now on"))
    .argument("<id>", "as actions name it in nhi.task.id")
    .requiredOption("--kind <kind>", "ticket, change, build, deploy, incident, …")
    .option("--title <title>", "for people")
    .option("--link <url>", "where it is kept")
    .action(async (id: string, given: At & TaskOptions) => (await verbs()).openTask(id, given));
  service(task.command("close").description("close a task: every grant that hangs on it ends"))
    .argument("<id>")
    .option("--reason <why>")
    .action(async (id: string, given: At & { reason?: string }) => (await verbs()).closeTask(id, given));
}

function addApprovals(
  program: Command,
  verbs: () => Promise<AuthorityVerbs>,
  service: (command: Command) => Command,
): void {
  service(program.command("approvals").description("list the approvals that wait for an answer"))
    .addOption(
      program
        .createOption("--state <state>", "in this state instead")
        .choices(["asked", "approved", "denied", "used", "expired"])
        .default("asked"),
    )
    .option("--json", "as JSON")
    .action(async (given: AtJson & { state?: string }) => (await verbs()).approvals(given));
  for (const [verb, answer, about] of [
    ["approve", "approved", "let exactly this action run, once"],
    ["deny", "denied", "don't let this action run"],
  ] as const) {
    service(program.command(verb).description(about))
      .argument("<id>", "id of the approval")
      .option("--comment <text>", "why")
      .action(async (id: string, given: At & { comment?: string }) =>
        (await verbs()).answer(id, answer, given),
      );
  }
  service(
    program
      .command("approval-link")
      .description("a signed link by which one person may answer an approval; send it to that person alone"),
  )
    .argument("<id>", "id of the approval")
    .requiredOption("--for <who>", "the person, as whom the answer is noted")
    .action(async (id: string, given: At & { for: string }) => (await verbs()).approvalLink(id, given));
}
