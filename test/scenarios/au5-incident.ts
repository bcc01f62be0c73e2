import { deepEqual, equal, notEqual } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** An incident-response agent collects evidence by itself; what destroys waits for an approval of exactly that. */
export const au5: Telling = {
  rests: ["guard"],
  async tell(kit) {
    const id = kit.name("agent:responder");
    await kit.grant(
      grantOf(kit, "collect", id, { operations: ["evidence.*"], resources: ["*"] }),
      grantOf(kit, "destroy", id, {
        operations: ["host.isolate", "host.wipe"],
        resources: ["host/*"],
        ask: true,
      }),
    );
    const host = await kit.target();
    const agent = kit.agent(id);
    const as = { session: kit.name("incident") };
    const actionOf = (name: string) =>
      ({
        kind: "tool_call",
        name,
        mutating: name.startsWith("host."),
        resource: { id: "host/web-1", kind: "host" },
      }) as const;
    const act = (name: string) =>
      agent.act(actionOf(name), as, { args: { host: "web-1" }, target: `${host.url}${name}` });
    await kit.heard(agent, actionOf("evidence.collect"), as);

    equal((await act("evidence.collect")).ran, true);
    const wipe = act("host.wipe");
    equal(await Promise.race([wipe, kit.pause(300).then(() => "waits")]), "waits");
    const first = await kit.asked(id);
    // What waits holds up nothing else.
    equal((await act("evidence.collect")).ran, true);
    deepEqual(host.seen, ["/evidence.collect", "/evidence.collect"]);
    await kit.decide(`/v1/approvals/${first.id}/answer`, { answer: "approved" });
    equal((await wipe).ran, true);

    // An approval of one thing enables no other.
    const isolate = act("host.isolate");
    const second = await kit.asked(id);
    notEqual(second.id, first.id);
    await kit.decide(`/v1/approvals/${second.id}/answer`, { answer: "denied" });
    equal((await isolate).reason, "approval_denied");
    deepEqual(host.seen, ["/evidence.collect", "/evidence.collect", "/host.wipe"]);
  },
};
