/** Goal: the program itself refuses every pitfall, before anything listens. What each one is, the converter's own test says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { builtCollectorWithinMs, runCollector, stopCollectors } from "../support/collector.ts";
import { repositoryRoot } from "../support/repository.ts";

interface Fall {
  readonly name: string;
  readonly config?: string;
  readonly over: object;
}

const cases = parse(
  readFileSync(join(repositoryRoot, "collector/converter/pitfallconverter/testdata/pitfalls.yaml"), "utf8"),
) as readonly Fall[];
const env = { ANSWERABLE_KAFKA_BROKERS: "127.0.0.1:1" };

afterEach(stopCollectors);

test(
  "what we ship is valid",
  async () => {
    for (const config of ["gateway", "rekey"])
      expect(await runCollector(["validate"], { config, env })).toMatchObject({ code: 0 });
    const ANSWERABLE_GATEWAY = "gateway.example:4317";
    expect(await runCollector(["validate"], { config: "agent", env: { ANSWERABLE_GATEWAY } })).toMatchObject({
      code: 0,
    });
  },
  builtCollectorWithinMs,
);

test.each(cases.map((one, at) => ({ ...one, at })))(
  "$at: $name",
  async ({ name, config = "gateway", over }) => {
    const start = { config: [config, `${stringify(over)}\n`], env };
    const refused = await runCollector([], start);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain("this configuration would lose spans or mix them up");
    expect(refused.said).toMatch(new RegExp(`^ {2}${name}: `, "mu"));
    expect(refused.said).not.toContain("Everything is ready");
  },
);

test("a pitfall that the operator takes upon himself is warned about", async () => {
  const over = "exporters: { kafka: { producer: { required_acks: 1 } } }\n";
  const { code, said } = await runCollector(["validate"], {
    config: ["gateway", over],
    env: { ...env, ANSWERABLE_ALLOW_PITFALLS: "required-acks" },
  });
  expect({ code, said }).toEqual({ code: 0, said: "" });
});

test("a name that is no pitfall's is refused, with those that are", async () => {
  const { code, said } = await runCollector(["validate"], {
    config: "gateway",
    env: { ...env, ANSWERABLE_ALLOW_PITFALLS: "acks" },
  });
  expect(code).toBe(1);
  expect(said).toContain(
    'ANSWERABLE_ALLOW_PITFALLS names "acks", which is none of auto-topic-creation, brokers,',
  );
});

test("the README names every pitfall", () => {
  const page = readFileSync(join(repositoryRoot, "collector/README.md"), "utf8");
  expect(cases.filter(({ name }) => !page.includes(`\n| \`${name}\` | `))).toEqual([]);
});
