import { z } from "zod";
import {
  Action,
  Alert,
  attributes,
  AttributionTable,
  Baseline,
  Chain,
  ControlRecord,
  Decision,
  Explanation,
  Finding,
  Grant,
  Identity,
  PolicyFile,
  Response,
} from "../schemas/index.ts";

const published: Readonly<Record<string, z.ZodType>> = {
  identity: Identity,
  action: Action,
  grant: Grant,
  decision: Decision,
  finding: Finding,
  explanation: Explanation,
  baseline: Baseline,
  response: Response,
  chain: Chain,
  alert: Alert,
  "control-record": ControlRecord,
  "policy-file": PolicyFile,
  "attribution-table": AttributionTable,
};

/** Text of each file of `schemas/json` by its name: the contract for those who don't use TypeScript. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  const schemas = Object.entries(published).map(([name, schema]) => {
    const file = `${name}.schema.json`;
    // What one may write: a field with a default may be left out.
    const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
    return [file, textOf({ $schema, $id: file, title: name, ...rest })] as const;
  });
  return new Map([...schemas, ["attributes.json", textOf({ attributes })]]);
}

function textOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
