import { equal, notEqual } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A coding assistant asks before it writes to production; the approval is good for exactly that call, once. */
export const au1: Telling = {
  rests: ["guard"],
  async tell(kit) {
    const id = kit.name("agent:coder");
    await kit.grant(
      grantOf(kit, "write-production", id, {
        operations: ["production.write"],
        resources: ["prod/*"],
        ask: true,
      }),
    );
    const production = await kit.target();
    const agent = kit.agent(id);
    const write = (file: string) =>
      agent.act(
        {
          kind: "tool_call",
          name: "production.write",
          mutating: true,
          resource: { id: "prod/config", kind: "file" },
        },
        { session: kit.name("run") },
        { args: { file }, target: production.url },
      );
    const asked = () =>
      kit.until("a person is asked", async () => {
        const { json } = await kit.call("GET", "/v1/approvals?state=asked");
        return (json["approvals"] as { id: string; identityId: string }[]).find(
          (one) => one.identityId === id,
        );
      });
    const call = write("a.yaml");
    const first = await asked();
    equal(production.seen.length, 0);
    await kit.decide(`/v1/approvals/${first.id}/answer`, { answer: "approved", comment: "go on" });
    equal((await call).ran, true);
    equal(production.seen.length, 1);
    const changed = write("b.yaml");
    const second = await asked();
    notEqual(second.id, first.id);
    equal(production.seen.length, 1);
    await kit.decide(`/v1/approvals/${second.id}/answer`, { answer: "denied" });
    equal((await changed).reason, "approval_denied");
    equal(production.seen.length, 1);
    const reused = await kit.call("POST", `/v1/approvals/${first.id}/use`, { digest: "0".repeat(64) });
    equal(reused.status, 409);
  },
};
