import { equal } from "node:assert/strict";
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
    await use("key-task", seconds, task);
    await use("key-own", seconds);
    await kit.rowsOnce(2, `SELECT 1 FROM v_actions WHERE identity_id = '${id}' AND phase = 'end'`);
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
    await kit.pause(500);
    await use("key-task", seconds, task);
    await use("key-own", seconds);
    await use("key-old", seconds - 400 * 86_400);
    for (const [misuse, credential] of [
      ["task_ended", "key-task"],
      ["revoked", "key-own"],
      ["too_old", "key-old"],
    ] as const) {
      const { why } = await kit.finding("credential-misuse", id, `${misuse}|${kit.name(credential)}`);
      equal(Number(why["seconds"]) >= 0, true);
    }
  },
};
