/**
 * A CI job that reads a secret from Vault (VAULT_ADDR, VAULT_TOKEN), deploys with it, and hands a failed check to a
 * program that rolls back:
 *
 *     ANSWERABLE_IDENTITY=ci:acme/shop/deploy ANSWERABLE_IDENTITY_KIND=ci_job node --import answerable/register examples/ci-deploy/job.mjs
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { credential, record, runAs } from "answerable/instrumentation";

const run = promisify(execFile);
const {
  VAULT_ADDR,
  VAULT_TOKEN,
  CI_RUN = `run-${Date.now()}`,
  CI_ACTOR = "user:cem@acme.example",
} = process.env;
const deploy = fileURLToPath(new URL("deploy.mjs", import.meta.url));

await runAs({ chain: [CI_ACTOR], task: "change-12", session: CI_RUN }, () =>
  record({ kind: "agent_run", name: "deploy" }, async () => {
    const answer = await fetch(`${VAULT_ADDR}/v1/kv/data/shop/deploy`, {
      headers: { "x-vault-token": VAULT_TOKEN },
    });
    const { key_id: keyId, key } = (await answer.json()).data.data;
    await credential.used({ id: keyId, type: "api_key" }, async () => {
      const env = { ...process.env, DEPLOY_KEY: key };
      await run(process.execPath, [deploy, "shop", "v42"], { env });
      await run(process.execPath, [deploy, "shop", "v41"], { env });
    });
  }),
);
