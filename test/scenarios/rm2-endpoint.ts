import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A service account calls an endpoint that was never part of its workflow, until a person accepts it. */
export const rm2: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("svc:catalogue");
    await kit.grant(grantOf(kit, "catalogue", id, { operations: ["http.get"], resources: ["catalogue/*"] }));
    const agent = kit.agent(id, "service_account", { ANSWERABLE_GUARD: "shadow" });
    const call = (session: string) =>
      agent.act(
        {
          kind: "tool_call",
          name: "http.post",
          mutating: true,
          resource: { id: "billing/refunds", kind: "http_endpoint" },
        },
        { session: kit.name(session) },
      );
    await call("first");
    const first = await kit.finding("outside-grant", id, kit.name("first"));
    await call("second");
    await kit.finding("outside-grant", id, kit.name("second"));
    // A person looks at it and accepts it: a review that ends by a grant, in the person's name.
    await kit.grant(
      grantOf(kit, "refunds", id, { operations: ["http.post"], resources: ["billing/refunds"] }),
    );
    await call("third");
    const rows = await kit.rowsOnce<Record<string, string>>(
      3,
      `SELECT authority FROM v_actions WHERE identity_id = '${id}' AND phase = 'end' ORDER BY started_at, seq`,
    );
    deepEqual(
      rows.map(({ authority }) => authority),
      ["outside_scope", "outside_scope", "granted"],
    );
    equal((await kit.findings(id)).filter(({ sessionId }) => sessionId === kit.name("third")).length, 0);
    equal((await kit.alert(first))["rule"], "outside-grant");
  },
};
