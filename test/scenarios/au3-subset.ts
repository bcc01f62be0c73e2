import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

const [ana, eve] = ["user:ana@acme.example", "user:eve@evil.example"];

/** An orchestration agent picks tools by context; a request from outside the workflow reaches the permitted ones alone. */
export const au3: Telling = {
  rests: ["guard"],
  async tell(kit) {
    const id = kit.name("agent:orchestrator");
    await kit.grant(
      grantOf(kit, "workflow", id, {
        operations: ["search", "summarise", "mail.send"],
        resources: ["*"],
        conditions: { delegation: { depthMax: 2, roots: ["user:*@acme.example"] } },
      }),
      grantOf(kit, "anybody", id, { operations: ["search"], resources: ["*"] }),
    );
    const tools = await kit.target();
    const agent = kit.agent(id);
    const actionOf = (name: string) =>
      ({
        kind: "tool_call",
        name,
        mutating: name === "mail.send",
        resource: { id: "tool", kind: "tool" },
      }) as const;
    const asOf = (root: string) => ({ chain: [root], session: kit.name(root) });
    const call = (root: string, name: string) =>
      agent.act(actionOf(name), asOf(root), { args: { about: "it" }, target: `${tools.url}${name}` });
    await kit.heard(agent, actionOf("summarise"), asOf(ana));

    const all = ["search", "summarise", "mail.send"];
    for (const name of all) equal((await call(ana, name)).ran, true);
    equal((await call(eve, "search")).ran, true);
    for (const name of ["summarise", "mail.send"]) {
      const went = await call(eve, name);
      deepEqual([went.ran, went.error, went.reason], [false, "ActionDenied", "wrong_root"]);
    }
    // Nor what nobody granted, whoever asks.
    for (const root of [ana, eve]) equal((await call(root, "shell.run")).reason, "outside_scope");
    deepEqual(
      tools.seen,
      [...all, "search"].map((name) => `/${name}`),
    );
    const denied = await kit.rowsOnce(
      4,
      `SELECT operation, path[1] AS root, authority FROM v_actions WHERE identity_id = '${id}' AND status = 'denied' ORDER BY authority, operation, root`,
    );
    deepEqual(denied, [
      { operation: "shell.run", root: ana, authority: "outside_scope" },
      { operation: "shell.run", root: eve, authority: "outside_scope" },
      { operation: "mail.send", root: eve, authority: "wrong_root" },
      { operation: "summarise", root: eve, authority: "wrong_root" },
    ]);
  },
};
