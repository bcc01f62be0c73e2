/**
 * Goal: a CI job that reads a secret and runs programs with it gives one chain, and the secret is in none of it.
 * Method: the example as it is run, with a Vault that answers as Vault's documentation says, against `answerable up`.
 */
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Example, startExamples } from "../support/examples.ts";

const key = "dk_live_4f9Zk1QmV7xN2sB8tR6wYp3H";
let example: Example;
let vault: Server;

beforeAll(async () => {
  vault = createServer((_request, response) =>
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ data: { data: { key_id: "key-7", key }, metadata: { version: 3 } } })),
  ).listen(0, "127.0.0.1");
  await once(vault, "listening");
  example = await startExamples();
  await example.run("ci-deploy/job.mjs", {
    ANSWERABLE_IDENTITY: "ci:acme/shop/deploy",
    ANSWERABLE_IDENTITY_KIND: "ci_job",
    VAULT_ADDR: `http://127.0.0.1:${String((vault.address() as AddressInfo).port)}`,
    VAULT_TOKEN: "hvs.CAESIJ4Zk1QmV7xN2sB8tR6wYp3HgL5",
  });
}, 90_000);

afterAll(async () => {
  await example.stop();
  vault.close();
});

test("the job and the programs that it ran are one chain, begun by whoever began the job", async () => {
  const chains = await example.rows("SELECT principal, arraySort(identities) AS who FROM v_chains");
  expect(chains).toEqual([{ principal: "user:cem@acme.example", who: ["ci:acme/shop/deploy"] }]);
});

test("step by step: the secret, the programs, and what they changed, with which key", async () => {
  const actions = await example.rows(
    "SELECT kind, operation, resource_ids[1] AS what, credential_id AS with FROM v_actions WHERE phase = 'end' AND kind != 'agent_run' ORDER BY started_at",
  );
  const deployed = { kind: "resource_access", operation: "deployments.set_image", what: "cluster/shop" };
  expect(actions).toEqual([
    expect.objectContaining({ kind: "secret_read", what: "kv/data/shop/deploy" }),
    expect.objectContaining({ kind: "exec", what: "node", with: "key-7" }),
    expect.objectContaining(deployed),
    expect.objectContaining({ kind: "exec", what: "node", with: "key-7" }),
    expect.objectContaining(deployed),
  ]);
});

test("what began is told before it ends", async () => {
  const started = await example.rows(
    "SELECT DISTINCT kind FROM v_actions WHERE phase = 'start' ORDER BY kind",
  );
  expect(started).toEqual([{ kind: "agent_run" }, { kind: "exec" }, { kind: "secret_read" }]);
});

test("neither the secret nor the token is stored", async () => {
  const all = JSON.stringify(await example.rows("SELECT * FROM v_actions"));
  expect(all).not.toContain(key);
  expect(all).not.toContain("hvs.");
});
