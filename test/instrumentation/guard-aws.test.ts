/**
 * Goal: a denied command of the AWS SDK reaches no service, and its host hears of it in the SDK's own way.
 * Method: the real clients against a double that counts what reaches it.
 */
import { createRequire } from "node:module";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { ActionDenied } from "../../instrumentation/index.ts";
import { awsWrapper } from "../../instrumentation/wrappers/aws-sdk.ts";
import type { Undo } from "../../instrumentation/wrappers/wrapper.ts";
import { awsDouble } from "../support/aws-double.ts";
import { key, s3, settings } from "../support/aws-uses.ts";
import { type Guarded, guarded } from "../support/guarded.ts";
import { type PolicyDouble, policyDouble } from "../support/policy-double.ts";
import { install } from "../support/wrapped-run.ts";

let service: PolicyDouble;
let sdk: Guarded;
let undo: Undo | undefined;

beforeEach(async () => {
  service = await policyDouble();
});
afterEach(async () => {
  undo?.();
  await sdk.stop();
  await service.stop();
});

const blocked = { status: "denied", verdict: "deny", outcome: "blocked", reason: "outside_scope" };
const allowed = { status: "ok", verdict: "allow", outcome: "allowed", reason: "granted" };

test("a command is rejected, or told to its callback, and nothing is sent", async () => {
  const world = await awsDouble();
  const require = createRequire(import.meta.url);
  const library = "@smithy/core/client";
  const modules = [
    {
      exports: require(library) as object,
      module: { name: "@smithy/core", file: "", version: undefined },
    },
  ];
  try {
    service.grant({ operations: ["*GetObject"] });
    sdk = await guarded(service.url, { fail: "closed" });
    undo = install(awsWrapper, modules);
    const client = s3(world);
    await client.send(new GetObjectCommand({ Bucket: "reports", Key: key }));
    const put = new PutObjectCommand({ Bucket: "reports", Key: key, Body: "x" });
    await expect(client.send(put)).rejects.toThrow(ActionDenied);
    expect(await new Promise((resolve) => client.send(put, resolve))).toBeInstanceOf(ActionDenied);
    const secrets = new SecretsManagerClient(settings(world));
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: "prod/db" }))).rejects.toThrow(
      ActionDenied,
    );
    expect(world.received).toHaveLength(1);
    expect(await sdk.decisions()).toMatchObject([allowed, blocked, blocked, blocked]);
  } finally {
    await world.stop();
  }
});
