import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { attributes } from "../../schemas/index.ts";
import { jsonSchemas } from "../../scripts/json-schemas.ts";
import { findingWith, grantWith, storedWith } from "../support/build.ts";
import { repositoryRoot } from "../support/repository.ts";

const folder = join(repositoryRoot, "schemas/json");
const generated = jsonSchemas();

test("the published schemas are those that the code makes; npm run generate writes them anew", () => {
  expect(readdirSync(folder).toSorted()).toEqual([...generated.keys()].toSorted());
  for (const [name, text] of generated)
    expect({ name, text: readFileSync(join(folder, name), "utf8") }).toEqual({ name, text });
});

test("each names itself by its file, and its dialect", () => {
  for (const [name, text] of generated) {
    if (name === "attributes.json") continue;
    expect(JSON.parse(text)).toMatchObject({
      $id: name,
      $schema: "https://json-schema.org/draft/2020-12/schema",
    });
  }
});

test("the list of attributes is published whole", () => {
  expect(JSON.parse(generated.get("attributes.json") ?? "")).toEqual({ attributes });
});

/** Reads a published schema back, as somebody would who has nothing but the file. */
function published(name: string): z.ZodType {
  const schema = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), "utf8")) as Parameters<
    typeof z.fromJSONSchema
  >[0];
  return z.fromJSONSchema(schema);
}

const grant = { ...grantWith() };
const { resources: _resources, window: _window, ...shortest } = grant;
const given = { kind: "grant_given", tenant: "default", author: "user:ana", atUs: 1, grant };
const table = JSON.parse(readFileSync(join(repositoryRoot, "schemas/attribution.json"), "utf8")) as object;

describe("by the published schemas", () => {
  test.each([
    { name: "a grant", schema: "grant", value: grant, valid: true },
    { name: "a grant that leaves out what has a default", schema: "grant", value: shortest, valid: true },
    {
      name: "a grant without an approver",
      schema: "grant",
      value: { ...grant, approver: undefined },
      valid: false,
    },
    { name: "a grant of nothing", schema: "grant", value: { ...grant, operations: [] }, valid: false },
    {
      name: "a grant with a mistyped field",
      schema: "grant",
      value: { ...grant, ressources: ["*"] },
      valid: false,
    },
    {
      name: "a window that ends on no day",
      schema: "grant",
      value: { ...grant, window: { until: "2026-02-30T00:00:00Z" } },
      valid: false,
    },
    {
      name: "an identity",
      schema: "identity",
      value: { id: "agent:triage", kind: "ai_agent", strength: "claimed", rule: "nhi" },
      valid: true,
    },
    {
      name: "an identity of no known kind",
      schema: "identity",
      value: { id: "x", kind: "robot", strength: "claimed", rule: "nhi" },
      valid: false,
    },
    { name: "an action", schema: "action", value: storedWith(0), valid: true },
    { name: "an action with a short id", schema: "action", value: storedWith(0, { id: "1" }), valid: false },
    { name: "a decision", schema: "decision", value: { verdict: "deny", outcome: "observed" }, valid: true },
    { name: "a decision without an outcome", schema: "decision", value: { verdict: "deny" }, valid: false },
    { name: "a finding", schema: "finding", value: findingWith(), valid: true },
    {
      name: "a finding that cites what is no id",
      schema: "finding",
      value: { ...findingWith(), actionIds: [7] },
      valid: false,
    },
    { name: "an entry of the control log", schema: "control-record", value: given, valid: true },
    {
      name: "an entry of no known kind",
      schema: "control-record",
      value: { ...given, kind: "grant_lent" },
      valid: false,
    },
    { name: "the attribution table as shipped", schema: "attribution-table", value: table, valid: true },
    {
      name: "an attribution table without actions",
      schema: "attribution-table",
      value: { ...table, actions: undefined },
      valid: false,
    },
  ])("$name: valid is $valid", ({ schema, value, valid }) => {
    expect(published(schema).safeParse(JSON.parse(JSON.stringify(value))).success).toBe(valid);
  });
});
