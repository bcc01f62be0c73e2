import { deepEqual, equal } from "node:assert/strict";
import { frameworksOf } from "../../schemas/index.ts";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** What is found and what is done about it says under which ids of the frameworks it falls. */
export const ra4: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("agent:mapped");
    await kit.decide("/v1/policy", {
      playbooks: [
        {
          id: kit.name("stop"),
          on: { rules: ["outside-grant"], minSeverity: "high", identities: [id] },
          do: "pause",
        },
      ],
    });
    await kit.grant(grantOf(kit, "little", id, { operations: ["tickets.read"], resources: ["*"] }));
    const agent = kit.agent(id, "ai_agent", { ANSWERABLE_GUARD: "off" });
    await agent.act(
      {
        kind: "tool_call",
        name: "mail.send",
        mutating: true,
        resource: { id: "eve@evil.example", kind: "address" },
      },
      { session: kit.name("run") },
    );
    const finding = await kit.finding("outside-grant", id, "mail.send");
    deepEqual(finding.frameworks, frameworksOf("outside-grant", "outside_scope"));
    deepEqual((await kit.alert(finding))["frameworks"], finding.frameworks);
    const frameworks = await kit.rows<{ framework: string }>(
      `SELECT DISTINCT framework FROM v_framework_ids WHERE id IN (${finding.frameworks.map((one) => `'${one}'`).join(", ")}) ORDER BY framework`,
    );
    equal(frameworks.length, 4);
    await kit.rowsOnce(1, `SELECT 1 FROM v_responses WHERE finding_id = '${finding.id}'`);
    const counted = await kit.rowsOnce<{ part: string; findings: number; responses: number }>(
      1,
      `SELECT part, sumIf(findings, day >= today() - 1) > 0 AS findings, sumIf(responses, day >= today() - 1) > 0 AS responses FROM v_framework_coverage
       WHERE tenant = 'default' AND framework = 'nist-csf' GROUP BY part`,
    );
    const part = (name: string) => counted.find((row) => row.part === name);
    deepEqual([part("Protect")?.findings, part("Detect")?.findings, part("Respond")?.responses], [1, 1, 1]);
    equal(
      counted.some((row) => row.part === "Recover"),
      true,
    );
  },
};
