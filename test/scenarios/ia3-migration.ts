import { deepEqual, equal } from "node:assert/strict";
import type { Telling } from "../support/story/kit.ts";

/** A migration runs under just-in-time access: its commands are on record without their values, and what came after its end is found. */
export const ia3: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("svc:migrate");
    const untilMs = Date.now() + 7_000;
    const grantId = kit.name("jit-migration");
    const agent = kit.agent(id, "service_account", { ANSWERABLE_GUARD: "off" });
    await kit.grant({
      id: grantId,
      grantee: id,
      approver: "user:dba@acme.example",
      policy: { id: "just-in-time", version: "1" },
      operations: ["db.*"],
      resources: ["shop/*"],
      window: { until: new Date(untilMs).toISOString() },
      approval: "JIT-5",
    });
    const session = kit.name("migration-42");
    const secret = "ghp_1234567890abcdefghijklmnopqrstuvwxyz";
    const run = (name: string, table: string) =>
      agent.act(
        { kind: "resource_access", name, mutating: true, resource: { id: table, kind: "db_table" } },
        { chain: ["user:dba@acme.example"], session },
      );
    await run("db.alter", "shop/orders");
    await run("db.create_index", "shop/orders");
    await run("db.update", `shop/tokens/${secret}`);
    await kit.pause(Math.max(0, untilMs - Date.now()) + 50);
    await run("db.drop", "shop/orders");

    const finding = await kit.finding("outside-grant", id, "db.drop");
    equal(finding.sessionId, session);
    const commands = await kit.rowsOnce<Record<string, string>>(
      4,
      `SELECT operation, resource_ids[1] AS what, authority, grant_id AS granted_by FROM v_actions WHERE session_id = '${session}' AND phase = 'end' ORDER BY started_at, seq`,
    );
    deepEqual(
      commands.map(({ operation, authority, granted_by }) => [operation, authority, granted_by]),
      [
        ["db.alter", "granted", grantId],
        ["db.create_index", "granted", grantId],
        ["db.update", "granted", grantId],
        ["db.drop", "outside_window", grantId],
      ],
    );
    equal(JSON.stringify(commands).includes(secret), false);
    const all = await kit.rows(
      `SELECT count() AS n FROM v_actions WHERE identity_id = '${id}' AND session_id != '${session}'`,
    );
    deepEqual(all, [{ n: 0 }]);
  },
};
