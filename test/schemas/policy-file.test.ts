/** The published schema of policy files, which editors complete and check by, takes and refuses what the program does. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { PolicyFile } from "../../schemas/index.ts";
import { repositoryRoot } from "../support/repository.ts";

const text = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");
const schema = JSON.parse(text("schemas/json/policy-file.schema.json")) as Parameters<
  typeof z.fromJSONSchema
>[0];
const published = z.fromJSONSchema(schema);

/** The validator that MCP's SDK brings, as an editor's would. */
type Ajv = new (options: object) => { compile(schema: unknown): (value: unknown) => boolean };
const ofMcp = createRequire(createRequire(import.meta.url).resolve("@modelcontextprotocol/sdk/package.json"));
const { default: Ajv2020 } = ofMcp("ajv/dist/2020.js") as { default: Ajv };
const { default: addFormats } = ofMcp("ajv-formats") as { default: (ajv: unknown) => void };
const ajv = new Ajv2020({ strict: false, validateFormats: true, logger: false });
addFormats(ajv);
const validate = ajv.compile(schema);

const verdicts = (value: unknown) => ({
  program: PolicyFile.safeParse(value).success,
  schema: published.safeParse(value).success,
  editor: validate(value),
});
const all = (is: boolean) => ({ program: is, schema: is, editor: is });

test.each(["examples/grants.yaml", "examples/policy.yaml", "deploy/demo/grants.yaml"])(
  "%s is right",
  (path) => {
    expect(verdicts(parse(text(path)))).toEqual(all(true));
  },
);

test("the example shows every part of a policy file, and every condition", () => {
  const example = PolicyFile.parse(parse(text("examples/policy.yaml")));
  expect(Object.keys(example).toSorted()).toEqual(Object.keys(PolicyFile.shape).toSorted());
  const shown = new Set(example.grants.flatMap(({ conditions }) => Object.keys(conditions)));
  const grant = PolicyFile.shape.grants.unwrap().element;
  expect([...shown].toSorted()).toEqual(Object.keys(grant.shape.conditions.unwrap().shape).toSorted());
});

const grant = { id: "g", grantee: "a", approver: "b", policy: { id: "p", version: "1" }, operations: ["x"] };
describe("refused by all:", () => {
  test.each([
    { name: "a key nobody knows", value: { grnts: [] } },
    { name: "a grant without approver", value: { grants: [{ ...grant, approver: undefined }] } },
    {
      name: "a version that is a number",
      value: { grants: [{ ...grant, policy: { id: "p", version: 1 } }] },
    },
    { name: "no operations", value: { grants: [{ ...grant, operations: [] }] } },
    { name: "a misspelt condition", value: { grants: [{ ...grant, conditions: { enviroments: ["a"] } }] } },
    {
      name: "a length of no unit",
      value: { grants: [{ ...grant, conditions: { rate: { max: 1, per: "1" } } }] },
    },
    {
      name: "a time of no day",
      value: { grants: [{ ...grant, window: { until: "2026-02-30T00:00:00Z" } }] },
    },
    {
      name: "a response nobody knows",
      value: { playbooks: [{ id: "p", on: { rules: ["a"] }, do: "stop" }] },
    },
    { name: "a verdict nobody knows", value: { guard: { ungranted: "block" } } },
  ])("$name", ({ value }) => {
    expect(verdicts(JSON.parse(JSON.stringify(value)))).toEqual(all(false));
  });
});
