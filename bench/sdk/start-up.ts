import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Figure, median } from "../figure.ts";
import { program } from "./program.ts";

/** The last line of OpenTelemetry's own that runs on Node 20. */
const peer = "@opentelemetry/auto-instrumentations-node@0.81.2";
const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = `${root}node_modules/.cache/answerable/auto-instrumentations-0.81.2`;
const rounds = 9;

/** What it costs to begin: `node --import …/register` of an empty program, beside OpenTelemetry's own. */
export async function startUp(progress: (line: string) => void): Promise<Figure[]> {
  const theirs = `${folder}/node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js`;
  if (!existsSync(theirs)) {
    progress(`start-up: installing ${peer}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/package.json`, '{"private":true}');
    await promisify(execFile)(
      "npm",
      [
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        peer,
        "@opentelemetry/api@1.9.1",
        "@opentelemetry/core@2",
      ],
      { cwd: folder },
    );
  }
  const modes = {
    none: [],
    answerable: ["--import", `${root}dist/instrumentation/register.js`],
    opentelemetry: ["--import", theirs],
  } as const;
  const cost = { none: [] as number[], answerable: [] as number[], opentelemetry: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const mode of ["none", "answerable", "opentelemetry"] as const) {
      const told = await program([...modes[mode], "-e", say], {
        ANSWERABLE_ENDPOINT: away,
        OTEL_EXPORTER_OTLP_ENDPOINT: away,
      });
      cost[mode].push(Number(told));
    }
  }
  const none = median(cost.none);
  const [ours, others] = [median(cost.answerable) - none, median(cost.opentelemetry) - none];
  return [
    {
      name: "start-up",
      value: ours,
      unit: "ms of CPU more than Node",
      peer: "OpenTelemetry auto-instrumentations 0.81.2",
      peerValue: others,
      ratio: others / ours,
    },
  ];
}

const away = "http://127.0.0.1:1";
/** By the time that a program's own first line runs. */
const say =
  "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000); process.exit()";
