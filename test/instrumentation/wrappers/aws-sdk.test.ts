/**
 * Goal: what the AWS SDK does is told by what it does, once, and its host sees no difference.
 * Method: the wrapper contract with the real clients on recorded answers; mapping of operations as a table.
 */
import http from "node:http";
import { createRequire } from "node:module";
import { describe, expect, test } from "@jest/globals";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { runAs } from "../../../instrumentation/index.ts";
import { awsAction } from "../../../instrumentation/wrappers/aws-action.ts";
import { awsWrapper } from "../../../instrumentation/wrappers/aws-sdk.ts";
import { httpWrapper } from "../../../instrumentation/wrappers/http.ts";
import { awsDouble, type AwsDouble } from "../../support/aws-double.ts";
import { brief, key, s3, settings, uses } from "../../support/aws-uses.ts";
import { actionsOf, install, type Loaded, watchedRun } from "../../support/wrapped-run.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

const require = createRequire(import.meta.url);
const load = async (): Promise<readonly Loaded[]> =>
  ["@smithy/core/client", "@smithy/node-http-handler"].map((path) => ({
    exports: require(path) as object,
    module: { name: path.split("/").slice(0, 2).join("/"), file: "", version: undefined },
  }));

function raise(): never {
  throw new RangeError("hostile");
}

/** Refused by its own client, at once. */
class OddCommand {
  readonly input = { SecretId: "S3CRET" };
  readonly resolveMiddleware = raise;
}

const noCommand: Use<AwsDouble> = {
  name: "odd commands, and what is none",
  run: async (see, world) => {
    const client = new SecretsManagerClient(settings(world));
    for (const odd of [new OddCommand(), undefined, null, {}, 7, new Proxy({}, { get: () => raise() })]) {
      try {
        see("gave", await client.send(odd as never));
      } catch (error) {
        see("threw", brief(error));
      }
    }
  },
  actions: [{ "nhi.action.name": "SecretsManager.Odd", "error.type": "RangeError" }],
  secrets: ["S3CRET"],
};

wrapperContract<AwsDouble>({
  wrapper: awsWrapper,
  start: async () => {
    const world = await awsDouble();
    return { world, stop: () => world.stop() };
  },
  load,
  touches: (modules) =>
    modules.flatMap(({ exports }) => {
      const classes = [Reflect.get(exports, "Client"), Reflect.get(exports, "NodeHttpHandler")] as unknown[];
      return classes.flatMap((one) => (typeof one === "function" ? [one.prototype as object] : []));
    }),
  uses: [...uses, noCommand],
  app: {
    modules: { sm: "@aws-sdk/client-secrets-manager", s3: "@aws-sdk/client-s3" },
    body: (world) => `
      const settings = ${JSON.stringify({ ...settings(world), forcePathStyle: true })};
      const secrets = new sm.SecretsManagerClient(settings);
      const secret = await secrets.send(new sm.GetSecretValueCommand({ SecretId: "prod/db" }));
      console.log(secret.Name);
      const { Body } = await new s3.S3Client(settings).send(new s3.GetObjectCommand({ Bucket: "reports", Key: "${key}" }));
      console.log((await Body.transformToString()).length);
      process.exitCode = 0;
    `,
    actions: [
      ["secret_read", "SecretsManager.GetSecretValue"],
      ["resource_access", "S3.GetObject"],
    ],
  },
});

describe("requests within a command", () => {
  test("are part of it; what the host does in its callback and its stream's events is not", async () => {
    const world = await awsDouble();
    const undo = [install(awsWrapper, await load()), install(httpWrapper, await httpModules())];
    const left = await watchedRun(async () => {
      const client = s3(world);
      await new Promise<void>((done) => {
        runAs({ session: "outer" }, () =>
          client.send(new GetObjectCommand({ Bucket: "reports", Key: key }), (_, output) => {
            const body = output?.Body as NodeJS.ReadableStream;
            body.resume().on("end", () => {
              fromHost(`${world.url}/of-the-host`, done);
            });
          }),
        );
      });
    });
    for (const one of undo) one();
    await world.stop();
    const told = actionsOf(left).map(({ attributes }) => attributes["nhi.action.name"]);
    expect(told).toEqual(["S3.GetObject", "http.get"]);
  });
});

async function httpModules(): Promise<readonly Loaded[]> {
  return [{ exports: http, module: { name: "http", file: "", version: undefined } }];
}

function fromHost(url: string, done: () => void): void {
  const request = http.get(url, (answer) => answer.resume());
  // Our own end of the action hangs on the same event, and was there first.
  request.on("error", () => undefined).on("close", () => setImmediate(done));
}

describe("operations", () => {
  test.each([
    ["KMS", "Decrypt", { KeyId: "alias/app", CiphertextBlob: "S3CRET" }, "secret_read", "alias/app"],
    ["KMS", "Decrypt", {}, "secret_read", "KMS"],
    ["STS", "GetSessionToken", {}, "credential_issue", "STS"],
    ["IAM", "ListRoles", {}, "resource_access", "IAM"],
    ["IAM", "PutUserPolicy", { UserName: "bob", PolicyDocument: "S3CRET" }, "permission_change", "user:bob"],
    ["DynamoDB", "GetItem", { TableName: "t", Key: "S3CRET" }, "resource_access", "DynamoDB"],
    ["CloudWatch Logs", "PutLogEvents", { logEvents: ["S3CRET"] }, "resource_access", "CloudWatchLogs"],
    ["S3", "CopyObject", { Bucket: "to", CopySource: "/from/S3CRET" }, "resource_access", "s3://to"],
    ["SSM", "GetParametersByPath", { Path: "/app", WithDecryption: true }, "secret_read", "/app"],
    ["Secrets Manager", "GetSecretValue", { SecretId: { toString: raise } }, "secret_read", "SecretsManager"],
  ])("%s %s", (service, method, input, kind, resource) => {
    const action = awsAction(service, method, input);
    expect(action).toMatchObject({
      kind,
      resource: { id: resource },
      name: `${service.replaceAll(" ", "")}.${method}`,
    });
    expect(JSON.stringify(action)).not.toContain("S3CRET");
  });
});
