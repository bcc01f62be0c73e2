import { Command, CommanderError, Option } from "commander";
import { addAuthority, type AuthorityVerbs } from "./authority-program.ts";
import { addIdentity, type IdentityVerb } from "./identity-verb.ts";
import { addMcpProxy, type RunMcpProxy } from "./mcp-proxy-verb.ts";
import { addQuiet, type QuietVerbs } from "./quiet-verbs.ts";
import { addPeers, type PeerVerbs } from "./peer-verbs.ts";
import { addPolicy, type PolicyVerbs } from "./policy-program.ts";
import { addResponses, type ResponseVerbs } from "./response-verbs.ts";

/** What the verbs of the command line do; each is given its arguments and options as text. */
export interface Verbs
  extends AuthorityVerbs, IdentityVerb, PeerVerbs, PolicyVerbs, QuietVerbs, ResponseVerbs {
  up(options: { readonly demo?: true; readonly data?: string }): Promise<void>;
  process(): Promise<void>;
  detect(): Promise<void>;
  serve(): Promise<void>;
  alert(): Promise<void>;
  migrate(): Promise<void>;
  topics(options: { readonly partitions: string; readonly replicas: string }): Promise<void>;
  revoke(id: string, options: ServiceOptions): Promise<void>;
  findings(options: ServiceOptions & FindingOptions): Promise<void>;
  finding(id: string, options: ServiceOptions & OneFindingOptions): Promise<void>;
  chain(id: string, options: ServiceOptions & { readonly json?: true }): Promise<void>;
  replay(files: readonly string[], options: ReplayVerbOptions): Promise<void>;
  audit(options: AuditVerbOptions): Promise<void>;
  configCheck(): Promise<void>;
}

/** Where a running service answers. */
export interface ServiceOptions {
  readonly url?: string;
}

export interface FindingOptions {
  readonly identity?: string;
  readonly severity?: string;
  readonly since?: string;
  readonly limit?: string;
  readonly json?: true;
}

export interface OneFindingOptions {
  readonly json?: true;
  readonly why?: true;
  readonly accept?: true;
  readonly verdict?: string;
  readonly comment?: string;
}

export interface AuditVerbOptions {
  readonly topic?: string;
  readonly json?: true;
}

export interface DoctorVerbOptions {
  readonly spans?: string;
  readonly examples: string;
  readonly json?: true;
}

export interface ReplayVerbOptions {
  readonly format: string;
  readonly conversations?: readonly string[];
  readonly tools?: string;
  readonly to?: string;
  readonly topic?: string;
  readonly rate?: string;
  readonly batch: string;
  readonly resume?: string;
}

export interface ProgramOptions {
  readonly version: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Called with the options that stand before every verb, once the verb is known. */
  readonly prepare: (options: { readonly config?: string }) => Promise<Verbs>;
  /** Needs no settings of a service, as it runs where an app does. */
  readonly doctor: (options: DoctorVerbOptions) => Promise<void>;
  readonly mcpProxy: RunMcpProxy;
}

const severities = ["info", "low", "medium", "high", "critical"];

/**
 * Reads the command line and runs its verb.
 *
 * @returns exit status for what commander itself answered (`--help` is 0, a wrong option 2); undefined after a verb ran.
 */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions,
): Promise<number | undefined> {
  const program = build(options);
  try {
    await program.parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function build({ version, out, err, prepare, doctor, mcpProxy }: ProgramOptions): Command {
  const program = new Command("answerable")
    .description("Makes every action of an AI agent or other non-human identity answerable while it runs.")
    .version(version)
    .option(
      "-c, --config <file>",
      "settings (default: ANSWERABLE_CONFIG, or answerable.yaml where there is one); ANSWERABLE_* variables win",
    )
    .configureOutput({ writeOut: out, writeErr: err })
    .showSuggestionAfterError()
    .showHelpAfterError("Try `answerable --help`.")
    .exitOverride();
  const verbs = (): Promise<Verbs> => prepare(program.opts<{ config?: string }>());
  addRoles(program, verbs);
  addQuestions(program, verbs);
  addIdentity(program, verbs, service);
  addPolicy(program, verbs, service);
  addDecisions(program, verbs);
  addAuthority(program, verbs, service);
  addResponses(program, verbs, service);
  addQuiet(program, verbs, service);
  addPeers(program, verbs, service);
  addDoctor(program, doctor);
  addMcpProxy(program, mcpProxy);
  program
    .command("replay")
    .description(
      "send recorded actions or conversations (JSON lines, gzip or not) down the real path, as spans of an SDK",
    )
    .argument("[files...]", "recorded actions, or what --format says")
    .option("--format <format>", "what the files hold: actions, or cloudtrail as AWS writes it", "actions")
    .option("--conversations <files...>", "recorded conversations of agents, played through the SDK")
    .option("--tools <file>", "what the agents' tools are: kind, mutating, types of arguments; JSON")
    .option(
      "--to <target>",
      "an OTLP/HTTP URL, or kafka brokers as host:port,… (default: the configured http.listen)",
    )
    .option("--topic <name>", "raw topic to send to (default: kafka.topics.raw)")
    .option("--rate <spans>", "most spans a second")
    .option("--batch <spans>", "spans a request", "500")
    .option("--resume <file>", "note what was sent, and go on from there when started again")
    .action(async (files: string[], given: ReplayVerbOptions) => (await verbs()).replay(files, given));
  program
    .command("config")
    .description("settings")
    .command("check")
    .description("print the effective settings, or what is wrong with them; secrets are not shown")
    .action(async () => (await verbs()).configCheck());
  return program;
}

function addRoles(program: Command, verbs: () => Promise<Verbs>): void {
  program
    .command("up")
    .description(
      "everything in one process: ClickHouse (its own, or by URL), receiver, detector, alerts, API",
    )
    .option("--data <folder>", "where to keep data (default: the setting `data`, ./answerable-data)")
    .option("--demo", "replay a sample of real agent runs and show what is found")
    .action(async (given: { demo?: true; data?: string }) => (await verbs()).up(given));
  program
    .command("process")
    .description("role: raw OTLP topic → nhi.spans, one key group a record; /metrics at 127.0.0.1:9464")
    .action(async () => (await verbs()).process());
  program
    .command("detect")
    .description("role: nhi.spans → ClickHouse, one worker of a consumer group; /metrics at 127.0.0.1:9465")
    .action(async () => (await verbs()).detect());
  program
    .command("serve")
    .description("role: HTTP API over ClickHouse")
    .action(async () => (await verbs()).serve());
  program
    .command("alert")
    .description("role: outbox → destinations; /metrics at 127.0.0.1:9466 (setting telemetry.listen)")
    .action(async () => (await verbs()).alert());
  program
    .command("migrate")
    .description("bring ClickHouse to this program's schema")
    .action(async () => (await verbs()).migrate());
  program
    .command("topics")
    .description("create the Kafka topics that are missing")
    .option("--partitions <n>", "partitions of the span topics", "12")
    .option("--replicas <n>", "copies of each partition", "3")
    .action(async (given: { partitions: string; replicas: string }) => (await verbs()).topics(given));
}

function addQuestions(program: Command, verbs: () => Promise<Verbs>): void {
  program
    .command("audit")
    .description(
      "prove from ClickHouse alone that every offset is stored, dead-lettered or counted, none twice; status 1 when not",
    )
    .option("--topic <name>", "of this topic alone")
    .option("--json", "as JSON")
    .action(async (given: AuditVerbOptions) => (await verbs()).audit(given));
  service(program.command("findings").description("list findings, newest first"))
    .option("--identity <id>", "of this identity alone")
    .addOption(new Option("--severity <least>", "at least this severe").choices(severities))
    .option("--since <instant>", "from this instant on, for example 2026-02-03T00:00:00Z")
    .option("--limit <n>", "at most this many, up to 1000 (default: 100)")
    .option("--json", "as JSON")
    .action(async (given: ServiceOptions & FindingOptions) => (await verbs()).findings(given));
  service(
    program
      .command("finding")
      .description("explain one finding: why in numbers, which actions, the SQL that recomputes it"),
  )
    .argument("<id>", "its id, or the first six digits or more")
    .option(
      "--why",
      "more: the numbers run again, what would have been normal, the nearest past session, what happened around",
    )
    .option("--accept", "take such behaviour of the identity for good: it is quiet from now on")
    .addOption(
      new Option(
        "--verdict <verdict>",
        "what it was: it moves the threshold of such findings, within bounds",
      ).choices(["benign", "misconfiguration", "abuse"]),
    )
    .option("--comment <text>", "why it is accepted, or why it was that")
    .option("--json", "as JSON")
    .action(async (id: string, given: ServiceOptions & OneFindingOptions) =>
      (await verbs()).finding(id, given),
    );
  service(
    program
      .command("chain")
      .description(
        "one chain as a tree: approval → grant → principal → delegates → actions → resources → findings → responses",
      ),
  )
    .argument("<id>")
    .option("--json", "as JSON")
    .action(async (id: string, given: ServiceOptions & { json?: true }) => (await verbs()).chain(id, given));
}

function addDoctor(program: Command, doctor: ProgramOptions["doctor"]): void {
  program
    .command("doctor")
    .description(
      "in an app's folder, with its environment: why nothing arrives, and what to do; status 1 when something must be done",
    )
    .option(
      "--spans <file>",
      "look at a file of OTLP instead (JSON or protobuf, gzip or not): which spans are actions, of whom, and what they lack",
    )
    .option("--examples <n>", "spans shown of each kind of lack", "3")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Versions, the libraries that are seen, who the process acts as, and whether a span that is sent arrives and is stored.
The span is no action: it starts no finding and no alert. Libraries that are seen are loaded, in a process of its own.
Run it as the app runs: ANSWERABLE_* and OTEL_* set, in the folder that holds its node_modules.`,
    )
    .action((given: DoctorVerbOptions) => doctor(given));
}

function addDecisions(program: Command, verbs: () => Promise<Verbs>): void {
  service(program.command("revoke").description("take a grant back, from now on"))
    .argument("<grant>", "id of the grant")
    .action(async (id: string, given: ServiceOptions) => (await verbs()).revoke(id, given));
}

function service(command: Command): Command {
  return command.option(
    "--url <url>",
    "where the service answers (default: the configured http.listen; ANSWERABLE_TOKEN is its token)",
  );
}
