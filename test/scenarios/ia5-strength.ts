import { deepEqual, equal } from "node:assert/strict";
import { keyGroup } from "../../detector/decode/index.ts";
import type { Telling } from "../support/story/kit.ts";
import { protoRequest, type ToolCall } from "../support/tool-calls.ts";

/** A platform team asks how well it is known who acted, and how that stood to policy; somebody claims to be another. */
export const ia5: Telling = {
  rests: ["forged-identity"],
  async tell(kit) {
    const mallory = kit.name("spiffe://acme.example/mallory");
    const victim = kit.name("agent:payroll");
    const proven = {
      "nhi.bound.id": mallory,
      "nhi.bound.kind": "workload",
      "nhi.bound.strength": "verified",
      "nhi.bound.rule": "proof",
      "nhi.bound.client": mallory,
    };
    await kit.grant({
      id: kit.name("mallory"),
      grantee: mallory,
      approver: "user:ben@acme.example",
      policy: { id: "platform", version: "1" },
      operations: ["*"],
    });
    const write = async (identityId: string, calls: readonly ToolCall[], bound: boolean) => {
      const group = keyGroup("default", identityId);
      const headers = { "nhi-key-group": group, "nhi-key-groups": "1024", "nhi-tenant": "default" };
      await kit.record({
        key: group,
        headers: { ...headers, ...(bound ? { "nhi-bound": "1" } : {}) },
        value: protoRequest(calls),
      });
    };
    const startMs = Date.now();
    const nth = startMs % 1_000_000;
    await write(mallory, [{ identityId: mallory, ordinal: nth, startMs, more: proven }], true);
    await write(
      mallory,
      [
        {
          identityId: victim,
          ordinal: nth + 1,
          startMs,
          more: { ...proven, "nhi.bound.contradicted": victim },
        },
      ],
      true,
    );
    const claimed = kit.name("agent:triage");
    await write(claimed, [{ identityId: claimed, ordinal: nth + 2, startMs }], false);

    const finding = await kit.finding("forged-identity", mallory, victim);
    equal(finding.severity, "high");
    const report = await kit.rowsOnce(
      2,
      `SELECT strength, authority, count() AS actions FROM v_actions WHERE identity_id IN ('${mallory}', '${claimed}') GROUP BY strength, authority ORDER BY strength, authority`,
    );
    deepEqual(
      report,
      [
        { strength: "verified", authority: "granted", actions: 2 },
        { strength: "claimed", authority: "no_grant", actions: 1 },
      ].toSorted((a, b) => (a.strength < b.strength ? -1 : 1)),
    );
    deepEqual(
      await kit.rows(`SELECT identity_id, sender FROM v_forged_identities WHERE claimed_id = '${victim}'`),
      [{ identity_id: mallory, sender: mallory }],
    );
  },
};
