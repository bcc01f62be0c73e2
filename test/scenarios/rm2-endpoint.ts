import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A service account calls an endpoint that was never part of its workflow, until a person accepts it. */
export const rm2: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("svc:catalogue");
    await kit.grant(
      grantOf(kit, "catalogue", id, {
        operations: ["http.get"],
        resources: ["https://api.example/catalogue/*"],
      }),
    );
    const agent = kit.agent(id, "service_account", { ANSWERABLE_GUARD: "shadow" });
    const post = (session: string, path: string) =>
      agent.act(
        {
          kind: "tool_call",
          name: "http.post",
          mutating: true,
          resource: { id: `https://api.example/${path}`, kind: "http_endpoint" },
        },
        { session: kit.name(session) },
      );
    const found = async () =>
      (await kit.findings(id))
        .filter(({ rule }) => rule === "outside-grant")
        .map(({ cause, sessionId }) => `${sessionId} ${cause.split(" ")[1]?.split("|")[0] ?? ""}`)
        .toSorted();
    const refunds = "https://api.example/refunds";
    const payouts = "https://api.example/payouts";
    // The first call: a person is asked to look at it.
    await post("first", "refunds");
    const first = await kit.finding("outside-grant", id, refunds);
    equal((await kit.alert(first))["rule"], "outside-grant");
    // Repeating it makes nothing normal: neither within the session nor in those that follow.
    for (let nth = 0; nth < 5; nth += 1) await post("first", "refunds");
    await post("second", "refunds");
    await kit.finding("outside-grant", id, kit.name("second"));
    deepEqual(await found(), [`${kit.name("first")} ${refunds}`, `${kit.name("second")} ${refunds}`]);
    // A person accepts it: that endpoint is quiet from then on, another is not.
    const said = await kit.verb(
      "finding",
      first.id,
      "--accept",
      "--comment",
      "refunds moved to the catalogue",
    );
    equal(said.includes(id), true);
    await post("third", "refunds");
    await post("third", "payouts");
    await kit.finding("outside-grant", id, payouts);
    deepEqual(await found(), [
      `${kit.name("first")} ${refunds}`,
      `${kit.name("second")} ${refunds}`,
      `${kit.name("third")} ${payouts}`,
    ]);
    // What is quiet is noted all the same.
    const rows = await kit.rowsOnce(
      9,
      `SELECT authority, toUInt8(has(signals, 'outside-grant/outside_scope')) AS noted FROM v_actions WHERE identity_id = '${id}' AND phase = 'end'`,
    );
    deepEqual(
      rows,
      Array.from({ length: 9 }, () => ({ authority: "outside_scope", noted: 1 })),
    );
  },
};
