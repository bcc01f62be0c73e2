import { parseArgs } from "node:util";
import { seeded } from "../test/support/otlp-model.ts";
import { type Role, stopRoles } from "../test/support/roles.ts";
import { type Outcome, sums, table } from "./report.ts";
import type { Scenario, Settings } from "./scenario.ts";
import { broker } from "./scenarios/broker.ts";
import { clock } from "./scenarios/clock.ts";
import { collector } from "./scenarios/collector.ts";
import { diskFull } from "./scenarios/disk-full.ts";
import { kill } from "./scenarios/kill.ts";
import { letters } from "./scenarios/letters.ts";
import { storeAway } from "./scenarios/store-away.ts";
import { zombie } from "./scenarios/zombie.ts";
import { startWorld, type World } from "./world.ts";

const scenarios: readonly Scenario[] = [kill, broker, zombie, storeAway, diskFull, letters, clock, collector];
const names = scenarios.map(({ name }) => name).join(", ");

const help = `Harms a whole installation (Kafka, ClickHouse, process, detect, collector) under load, and proves with \`answerable audit\` that
nothing is lost or double. Ends with status 1 when it is.

  npm run soak [-- --only <scenario>] [--kills 20] [--seconds 60] [--rate 300] [--seed <n>]

${scenarios.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join("\n")}

  --only       this scenario alone; may be given several times
  --kills      how often the detector, or the collector, is killed
  --seconds    how long ClickHouse, or the broker under a collector, stays away
  --rate       actions sent each second while a scenario lasts
  --seed       repeats the draws of a run; it is printed
  --help       this text
`;

interface Given {
  readonly only: readonly string[];
  readonly settings: Settings;
}

/** @throws Error with a sentence on what can't be understood. */
function given(args: readonly string[]): Given | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true },
      kills: { type: "string" },
      seconds: { type: "string" },
      rate: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return "help";
  const { only = [] } = values;
  const unknown = only.find((one) => !scenarios.some(({ name }) => name === one));
  if (unknown !== undefined)
    throw new Error(`There is no scenario ${JSON.stringify(unknown)}. The scenarios are: ${names}.`);
  return {
    only,
    settings: {
      kills: whole("--kills", values.kills, 20),
      seconds: whole("--seconds", values.seconds, 60),
      rate: Math.max(1, whole("--rate", values.rate, 300)),
      seed: whole("--seed", values.seed, Math.floor(Math.random() * 2 ** 32)),
    },
  };
}

function whole(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,10}$/u.test(text))
    throw new Error(`${option} takes a whole number, not ${JSON.stringify(text)}.`);
  return Number(text);
}

async function main(args: readonly string[]): Promise<number> {
  let asked: ReturnType<typeof given>;
  try {
    asked = given(args);
  } catch (error) {
    say(sentence(error));
    return 2;
  }
  if (asked === "help") {
    process.stdout.write(help);
    return 0;
  }
  const { only, settings } = asked;
  say(`--seed ${String(settings.seed)} repeats the draws of this run`);
  say("starting Kafka and ClickHouse");
  const world = await startWorld();
  let isLeaving = false;
  const leave = (): void => {
    isLeaving = true;
    say("ending everything");
    void world.end().finally(() => process.exit(130));
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  const outcomes: Outcome[] = [];
  try {
    for (const one of scenarios)
      if (!isLeaving && (only.length === 0 || only.includes(one.name)))
        outcomes.push(await runOne(one, world, settings));
  } finally {
    await world.end();
  }
  process.stdout.write(table(outcomes));
  return outcomes.every(({ proof }) => proof !== undefined) ? 0 : 1;
}

async function runOne({ name, run }: Scenario, world: World, settings: Settings): Promise<Outcome> {
  const begunMs = performance.now();
  const over = new AbortController();
  const soak = {
    world,
    settings,
    draw: seeded(settings.seed),
    say: (line: string) => say(`${name}: ${line}`),
    roles: [] as Role[],
    over: over.signal,
  };
  const seconds = (): number => (performance.now() - begunMs) / 1000;
  soak.say("begins");
  try {
    const proof = await run(soak);
    soak.say(sums(proof));
    return { name, seconds: seconds(), proof };
  } catch (error) {
    soak.say(`FAILED: ${sentence(error)}`);
    for (const role of soak.roles) soak.say(lastWords(role));
    return { name, seconds: seconds(), proof: undefined };
  } finally {
    over.abort();
    await stopRoles();
  }
}

/** What a role that may have to do with it said last. */
function lastWords(role: Role): string {
  const lines = role
    .logs()
    .split("\n")
    .filter((line) => /"level":"(?:warn|error)"|^[^{]/u.test(line));
  return [`process ${String(role.pid)} said last:`, ...lines.slice(-8)].join("\n        ");
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const begunMs = performance.now();
/** Progress goes to stderr, with the seconds since the start. */
function say(line: string): void {
  const seconds = Math.round((performance.now() - begunMs) / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
