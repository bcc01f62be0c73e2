import { equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** An incident-response agent collects evidence by itself; what destroys waits for an approval. */
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
    const act = (name: string, mutating: boolean) =>
      agent.act(
        { kind: "tool_call", name, mutating, resource: { id: "host/web-1", kind: "host" } },
        { session: kit.name("incident") },
        { args: { host: "web-1" }, target: `${host.url}${name}` },
      );
    await kit.until("evidence is collected", async () => (await act("evidence.collect", false)).ran);
    const wipe = act("host.wipe", true);
    const asked = await kit.until("a person is asked", async () => {
      const { json } = await kit.call("GET", "/v1/approvals?state=asked");
      return (json["approvals"] as { id: string; identityId: string }[]).find((one) => one.identityId === id);
    });
    equal((await act("evidence.collect", false)).ran, true);
    equal(host.seen.includes("/host.wipe"), false);
    await kit.decide(`/v1/approvals/${asked.id}/answer`, { answer: "approved" });
    equal((await wipe).ran, true);
    equal(host.seen.filter((path) => path === "/host.wipe").length, 1);
  },
};
