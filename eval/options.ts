import { Command, CommanderError, Option } from "commander";

export const formats = ["actions", "otlp", "cloudtrail"] as const;
export type Format = (typeof formats)[number];

/** What the command was asked for. */
export interface EvalOptions {
  readonly actions: readonly string[];
  readonly conversations: readonly string[];
  readonly tools: readonly string[];
  readonly labels: readonly string[];
  readonly format: Format;
  /** Milliseconds since 1970; undefined for learning all along. */
  readonly learnUntilMs: number | undefined;
  readonly out: string | undefined;
  readonly off: readonly string[];
  readonly withoutLineage: boolean;
  readonly ablate: boolean;
  readonly folds: number | undefined;
  readonly explain: string | undefined;
}

interface Given {
  readonly actions?: string[];
  readonly conversations?: string[];
  readonly tools?: string[];
  readonly labels?: string[];
  readonly format: Format;
  readonly learnUntil?: string;
  readonly out?: string;
  readonly off?: string[];
  readonly withoutLineage?: true;
  readonly ablate?: true;
  readonly folds?: string;
  readonly explain?: string;
}

/**
 * Reads the command line.
 *
 * @returns What was asked for, or the exit status where commander itself answered.
 * @throws Error with a sentence on what doesn't go together.
 */
export function optionsOf(args: readonly string[]): EvalOptions | number {
  const program = new Command("npm run eval --")
    .description(
      "Runs recorded actions through the detectors as shipped, with default settings, and scores what they say.",
    )
    .option("--actions <file...>", "files of recorded actions, one JSON line each, gzip or not")
    .option(
      "--conversations <file...>",
      "files of recorded conversations, played through the SDK; with --actions too, both ways are compared",
    )
    .option(
      "--tools <file...>",
      "what the agents of the conversations declare of their tools: a file for each, or one for all",
    )
    .option("--labels <file...>", "what the runs were; for scoring alone, no detector is told")
    .addOption(
      new Option("--format <format>", "what the files of actions are")
        .choices([...formats])
        .default("actions"),
    )
    .option(
      "--learn-until <instant>",
      "what comes before is accepted; from then on a first row learns nothing, a second goes on learning",
    )
    .option(
      "--out <file>",
      "a line for each run that isn't wholly before --learn-until, as score.mjs reads it; of the second row beside it, as <file>.live.jsonl",
    )
    .option("--off <rule...>", "detectors that say nothing")
    .option("--without-lineage", "takes away what only a library that follows values can tell")
    .option("--ablate", "the table with each detector switched off, and each alone")
    .option("--folds <n>", "tasks never seen: runs of other tasks are learned from, n times; needs --labels")
    .option("--explain <run>", "the story of one run")
    .showSuggestionAfterError()
    .showHelpAfterError("Try `npm run eval -- --help`.")
    .exitOverride();
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return checked(program.opts<Given>());
}

function checked(given: Given): EvalOptions {
  const { actions = [], conversations = [], tools = [], labels = [], folds, learnUntil } = given;
  if (actions.length + conversations.length === 0)
    throw new Error(
      "name files of recorded actions with --actions, or of conversations with --conversations",
    );
  if (conversations.length > 0 && tools.length !== 1 && tools.length !== conversations.length)
    throw new Error("--conversations needs --tools: a file that declares the tools for each, or one for all");
  if (folds !== undefined && labels.length === 0)
    throw new Error("--folds needs --labels: they say which task a run is of");
  return {
    actions,
    conversations,
    tools,
    labels,
    format: given.format,
    learnUntilMs: learnUntil === undefined ? undefined : instantOf(learnUntil),
    out: given.out,
    off: given.off ?? [],
    withoutLineage: given.withoutLineage === true,
    ablate: given.ablate === true,
    folds: folds === undefined ? undefined : foldsOf(folds),
    explain: given.explain,
  };
}

function instantOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || !/^\d{4}-\d\d-\d\d/u.test(text))
    throw new Error(`--learn-until is ${text}; it must be an instant such as 2026-02-02T00:00:00Z`);
  return ms;
}

function foldsOf(text: string): number {
  const folds = Number(text);
  if (!Number.isInteger(folds) || folds < 2 || folds > 20)
    throw new Error(`--folds is ${text}; it must be a whole number from 2 to 20`);
  return folds;
}
