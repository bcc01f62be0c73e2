import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A credential stays in use after its task ended, after it was revoked, and long past its age. */
export const ag5: Telling = {
  rests: ["credential-misuse"],
  async tell(kit) {
    const id = kit.name("svc:sync");
    const task = kit.name("JOB-9");
    await kit.decide("/v1/tasks", { open: [{ id: task, kind: "job" }], close: [] });
    await kit.grant(grantOf(kit, "sync", id, { operations: ["sync.*"], resources: ["*"] }));
    const agent = kit.agent(id, "service_account", { ANSWERABLE_GUARD: "off" });
    const seconds = Math.floor(Date.now() / 1000);
    const use = (credential: string, issuedAt: number, ofTask = "") =>
      agent.act(
        {
          kind: "resource_access",
          name: "sync.push",
          mutating: true,
          resource: { id: "crm/accounts", kind: "table" },
          attributes: {
            "nhi.credential.id": kit.name(credential),
            "nhi.credential.type": "api_key",
            "nhi.credential.issued_at": issuedAt,
          },
        },
        ofTask === "" ? { session: kit.name("run") } : { session: kit.name("run"), task: ofTask },
      );
    const used = (credential: string, uses: number) =>
      kit.rowsOnce<{ action_id: string }>(
        uses,
        `SELECT action_id FROM v_actions WHERE identity_id = '${id}' AND credential_id = '${kit.name(credential)}' AND phase = 'end' ORDER BY started_at, seq`,
      );
    await use("key-task", seconds, task);
    await use("key-own", seconds);
    await kit.ready("both were used once", async () => {
      const uses = `SELECT 1 FROM v_actions WHERE identity_id = '${id}' AND phase = 'end'`;
      return (await kit.rows(uses)).length === 2;
    });
    deepEqual(
      (await kit.findings(id)).filter(({ rule }) => rule === "credential-misuse"),
      [],
    );
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "done" }] });
    await agent.act(
      {
        kind: "credential_revoke",
        name: "vault.revoke",
        mutating: true,
        resource: { id: kit.name("key-own"), kind: "api_key" },
      },
      { session: kit.name("run") },
    );
    // Long enough to be told in whole seconds.
    await kit.pause(2_100);
    for (let nth = 0; nth < 2; nth += 1) {
      await use("key-task", seconds, task);
      await use("key-own", seconds);
      await use("key-old", seconds - 400 * 86_400);
    }
    const late = (400 - 90) * 86_400;
    for (const { misuse, credential, before, from, until } of [
      { misuse: "task_ended", credential: "key-task", before: 1, from: 2, until: 15 },
      { misuse: "revoked", credential: "key-own", before: 1, from: 2, until: 15 },
      { misuse: "too_old", credential: "key-old", before: 0, from: late, until: late + 15 },
    ]) {
      const finding = await kit.finding("credential-misuse", id, `${misuse}|${kit.name(credential)}`);
      const since = Number(finding.why["seconds"]);
      equal(since >= from && since < until, true, `${misuse}: ${String(since)} s`);
      // At the first use that must not have been, and once.
      const uses = await used(credential, before + 2);
      deepEqual(finding.actionIds, [uses[before]?.action_id]);
    }
    equal((await kit.findings(id)).filter(({ rule }) => rule === "credential-misuse").length, 3);
  },
};
