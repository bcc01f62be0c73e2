import { decode } from "./decode.ts";
import { detectors } from "./detectors/detectors.ts";
import { gateway } from "./gateway/gateway.ts";
import { identities } from "./gateway/identities.ts";
import { guard } from "./guard/guard.ts";
import { latency } from "./latency.ts";
import { lineage } from "./lineage.ts";
import { path } from "./path.ts";
import { policyEngines } from "./policy/policy-engines.ts";
import { query } from "./query/query.ts";
import { sdk } from "./sdk/sdk.ts";
import { flood, state } from "./state/state.ts";
import type { Area, Figure } from "./figure.ts";

/** All that is measured; an area is a file of its own. */
const areas: readonly Area[] = [
  decode,
  path,
  gateway,
  identities,
  state,
  flood,
  detectors,
  latency,
  query,
  lineage,
  sdk,
  guard,
  policyEngines,
];
const names = areas.map((one) => one.area).join(", ");

const help = `Measures the parts of Answerable, each beside the best comparable thing in the same run.

  npm run bench [-- AREA…] [--json]

  AREA    what to measure; everything when none is given: ${names}
  --json  one object {"figures":[…]} on stdout, progress on stderr
  --help  this text
`;

async function main(given: readonly string[]): Promise<number> {
  if (given.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const asked = given.filter((one) => one !== "--json");
  const unknown = asked.find((one) => !areas.some(({ area }) => area === one));
  if (unknown !== undefined) {
    process.stderr.write(`There is no area or option ${JSON.stringify(unknown)}. The areas are: ${names}.\n`);
    return 2;
  }
  const figures: Figure[] = [];
  for (const one of areas) {
    if (asked.length > 0 && !asked.includes(one.area)) continue;
    figures.push(...(await one.run((line) => process.stderr.write(`${line}\n`))));
  }
  process.stdout.write(given.includes("--json") ? `${JSON.stringify({ figures })}\n` : table(figures));
  return 0;
}

/** Columns for people: texts to the left, numbers to the right. */
function table(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "value", "unit", "peer", "peer's value", "times better"],
    ...figures.map((one) => [
      one.name,
      shown(one.value),
      one.unit,
      one.peer,
      shown(one.peerValue),
      shown(one.ratio),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (isNumber(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join("  ");
  return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

const isNumber = (column: number): boolean => column === 1 || column > 3;

const shown = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });

process.exitCode = await main(process.argv.slice(2));
