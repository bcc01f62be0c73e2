import { falsePerYear } from "../detector/learn/volume/budget.ts";
import { chanceOf } from "../test/support/poisoning/chance.ts";
import { falseOn, rampOn } from "../test/support/poisoning/days.ts";
import { shapes } from "../test/support/poisoning/lives.ts";
import { shareWithin, yearlyWithin } from "./poisoning/intervals.ts";

/**
 * How slowly a volume may be poisoned, and how often honest ones alarm: `npm run eval:poisoning -- [--identities 1500] [--attacks 400]
 * [--seed 1]`. Chance comes from the seed alone.
 */
const growths = [0.02, 0.05, 0.1, 0.3, 9];
const limit = 2.5;

const settings = { identities: 1500, attacks: 400, seed: 1 };
for (let at = 2; at < process.argv.length; at += 2) {
  const name = process.argv[at]!.slice(2);
  const value = Number(process.argv[at + 1]);
  if (!(name in settings) || !Number.isInteger(value) || value < 1) {
    process.stderr.write(
      "poisoning: --identities N, --attacks N and --seed N, each a whole number from 1 on\n",
    );
    process.exit(2);
  }
  settings[name as keyof typeof settings] = value;
}
const { identities, attacks, seed } = settings;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

print(
  `Budget: ${String(falsePerYear)} false findings per identity and year, of any severity and all measures together.`,
);
print(
  `Each shape: ${String(identities)} honest identities for a year after 60 days, ${String(attacks)} ramps to ten times; seed ${String(seed)}; 95 % intervals.`,
);
print(
  "Reached: the day's work done when it was said, by a usual day's, and never less than that of the day before. The day's whole ramp: the attacker's rate on that day.",
);
for (const shape of shapes) {
  const found: string[] = [];
  for (let nth = 0; nth < identities; nth += 1)
    found.push(...falseOn(shape, chanceOf(seed * 1_000_003 + nth), 365).found);
  print("");
  print(
    `${shape.name}: ${yearlyWithin(found.length, identities)} findings per identity and year${shape.isStationary ? "" : " (real changes: none of them is false)"}`,
  );
  print(`  by measure: ${countedBy(found)}`);
  print(
    `  ramp a day | found | reached when found, p50 and p95 | found at <= ${String(limit)}x | the day's whole ramp <= ${String(limit)}x`,
  );
  for (const growth of growths) printRamp(growth);

  function printRamp(growth: number): void {
    const caught = Array.from({ length: attacks }, (_, nth) =>
      rampOn(shape, chanceOf(seed * 1_000_003 + 500_009 + nth), growth),
    ).filter((one) => one !== undefined);
    const reached = caught.map((one) => one.reached).toSorted((a, b) => a - b);
    const within = (of: (one: (typeof caught)[number]) => number): string =>
      shareWithin(caught.filter((one) => of(one) <= limit).length, attacks);
    const at = (share: number): string =>
      (reached[Math.floor((reached.length - 1) * share)] ?? Number.NaN).toFixed(2);
    const name = growth === 9 ? "step x10" : `+${(growth * 100).toFixed(0)} %`;
    print(
      `  ${name.padEnd(10)} | ${shareWithin(caught.length, attacks)} | ${at(0.5)}x ${at(0.95)}x | ${within((one) => one.reached)} | ${within((one) => one.ofDay)}`,
    );
  }
}

function countedBy(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(", ");
}
