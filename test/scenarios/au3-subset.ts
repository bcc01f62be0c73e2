import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

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
    const call = (root: string, name: string) =>
      agent.act(
        { kind: "tool_call", name, mutating: name === "mail.send", resource: { id: "tool", kind: "tool" } },
        { chain: [root], session: kit.name(root) },
        { target: `${tools.url}${name}` },
      );
    await kit.until(
      "the guard has heard of the grants",
      async () => (await call("user:ana@acme.example", "summarise")).ran,
    );
    equal((await call("user:ana@acme.example", "mail.send")).ran, true);
    const before = tools.seen.length;
    const outside = "user:eve@evil.example";
    equal((await call(outside, "search")).ran, true);
    for (const name of ["summarise", "mail.send"]) equal((await call(outside, name)).reason, "wrong_root");
    equal((await call("user:ana@acme.example", "shell.run")).error, "ActionDenied");
    deepEqual(tools.seen.slice(before), ["/search"]);
  },
};
