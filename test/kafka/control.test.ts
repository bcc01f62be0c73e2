/** Goal: what a person decides reaches the workers through the control log, and outlives them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { runVerb, startRole, stopRoles } from "../support/roles.ts";
import { tempFolder, type TempFolder } from "../support/temp-folder.ts";
import { protoRequest } from "../support/tool-calls.ts";

let installation: KafkaInstallation | undefined;
let folder: TempFolder | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  folder?.remove();
  installation = undefined;
});

const grants = `
grants:
  - id: reader
    grantee: agent:reader
    approver: user:owner@example.org
    policy: { id: readers, version: "7" }
    operations: [read_file]
    resources: ["*"]
    window: { from: "2026-01-01T00:00:00Z" }
`;

test("grants given and taken back by command change the verdicts of detect, also after its restart", async () => {
  installation = await kafkaInstallation({ partitions: 2 });
  folder = tempFolder("grants");
  const file = join(folder.path, "grants.yaml");
  writeFileSync(file, grants);
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${String(port)}`;
  const { brokers, topics, env, query } = installation;
  const verb = (...args: string[]) => runVerb([...args, "--url", url], env);
  startRole("serve", { ...env, ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${String(port)}` });
  startRole("process", env);
  let detect = startRole("detect", env);
  let ordinal = 0;
  /** Sends one more action and waits for the verdict on it. */
  const verdict = async (): Promise<string> => {
    const mine = ordinal++;
    await produce(brokers, topics.raw, [
      { value: protoRequest([{ identityId: "agent:reader", ordinal: mine, startMs: Date.now() }]) },
    ]);
    const spanId = (mine + 1).toString(16).padStart(16, "0");
    return until(`action ${String(mine)} is stored`, async () => {
      const [row] = await query<{ authority: string }>(
        `SELECT authority FROM actions WHERE span_id = '${spanId}'`,
      );
      return row?.authority;
    });
  };
  await until("serve answers", () =>
    fetch(`${url}/readyz`)
      .then((answer) => answer.ok)
      .catch(() => false),
  );

  expect(await verdict()).toBe("no_grant");

  expect(await verb("apply", "-f", file)).toMatchObject({ code: 0, out: "1 grants given\n" });
  await until("the grant has reached detect", async () => (await verdict()) === "granted");
  expect(
    await query(
      "SELECT approver, policy_id, policy_version, grant_id FROM actions WHERE authority = 'granted' LIMIT 1",
    ),
  ).toEqual([
    { approver: "user:owner@example.org", policy_id: "readers", policy_version: "7", grant_id: "reader" },
  ]);

  await detect.stop();
  detect = startRole("detect", env);
  expect(await verdict()).toBe("granted");

  expect(await verb("revoke", "reader")).toMatchObject({ code: 0 });
  await until("the revocation has reached detect", async () => (await verdict()) === "revoked");
  await detect.kill();
  startRole("detect", env);
  expect(await verdict()).toBe("revoked");
  expect(await query("SELECT grant_id, event FROM grants FINAL ORDER BY position")).toEqual([
    { grant_id: "reader", event: "given" },
    { grant_id: "reader", event: "revoked" },
  ]);
}, 90_000);
