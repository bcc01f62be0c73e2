import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Area, type Figure, median } from "../figure.ts";
import { program } from "../sdk/program.ts";
import type { Measured } from "./subject.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const subject = fileURLToPath(new URL("subject.js", import.meta.url));
const rounds = 3;

/** What would have to be shipped of each. */
const shipped = {
  matcher: "dist/policy",
  cedar: "node_modules/@cedar-policy/cedar-wasm/nodejs",
  cel: "node_modules/@marcbachmann/cel-js/lib",
} as const;
const peers = {
  cedar: "Cedar, @cedar-policy/cedar-wasm 4.13.0",
  cel: "CEL, @marcbachmann/cel-js 8.0.0",
} as const;

/** Which language policies are judged in: the compiled matcher, Cedar and CEL, the same rules and questions, in turns. */
export const policyEngines: Area = {
  area: "policy-engines",
  async run(progress) {
    const figures: Figure[] = [];
    for (const rules of [100, 10_000]) {
      const ours = [] as Measured[];
      const theirs = { cedar: [] as Measured[], cel: [] as Measured[] };
      for (let round = 0; round < rounds; round += 1) {
        ours.push(await measure("matcher", rules));
        for (const name of ["cedar", "cel"] as const) theirs[name].push(await measure(name, rules));
        progress(`policy-engines: ${String(rules)} rules, round ${String(round + 1)} of ${String(rounds)}`);
      }
      const [{ answers } = { answers: "" }] = ours;
      for (const name of ["cedar", "cel"] as const) {
        if (theirs[name].some((one) => one.answers !== answers))
          throw new Error(`${name} decides otherwise.`);
        figures.push(...compared(`policy-${name}-${String(rules)}`, peers[name], ours, theirs[name]));
      }
    }
    for (const name of ["cedar", "cel"] as const) {
      const [value, peerValue] = [sizeOf(shipped.matcher), sizeOf(shipped[name])];
      figures.push({
        name: `policy-${name}-size`,
        value,
        unit: "KiB",
        peer: peers[name],
        peerValue,
        ratio: peerValue / value,
      });
    }
    return figures;
  },
};

async function measure(engine: string, rules: number): Promise<Measured> {
  return JSON.parse(await program([subject, engine, String(rules)])) as Measured;
}

function compared(
  name: string,
  peer: string,
  ours: readonly Measured[],
  theirs: readonly Measured[],
): Figure[] {
  const figure = (what: string, unit: string, of: (one: Measured) => number): Figure => {
    const [value, peerValue] = [median(ours.map(of)), median(theirs.map(of))];
    return { name: `${name}-${what}`, value, unit, peer, peerValue, ratio: peerValue / value };
  };
  return [
    figure("p50", "µs", (one) => one.p50 / 1000),
    figure("p99", "µs", (one) => one.p99 / 1000),
    figure("load", "ms", (one) => one.loadMs),
    figure("memory", "MiB", (one) => one.residentBytes / 1024 ** 2),
  ];
}

function sizeOf(folder: string): number {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const code = files.filter((name) => /\.(?:js|wasm)$/u.test(name));
  return code.reduce((sum, name) => sum + statSync(join(root, folder, name)).size, 0) / 1024;
}
