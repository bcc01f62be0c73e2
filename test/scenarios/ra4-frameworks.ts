import { deepEqual, equal } from "node:assert/strict";
import { frameworksOf, frameworksOfResponse } from "../../schemas/index.ts";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

const all = ["mitre-atlas", "nist-csf", "owasp-asi", "owasp-nhi"];

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
    const counts = async () => {
      const rows = await kit.rows<{ part: string; findings: string; responses: string }>(
        `SELECT part, toString(sumIf(findings, day >= today() - 1)) AS findings, toString(sumIf(responses, day >= today() - 1)) AS responses
         FROM v_framework_coverage WHERE tenant = 'default' AND framework = 'nist-csf' GROUP BY part`,
      );
      return new Map(rows.map(({ part, ...row }) => [part, row]));
    };
    const before = await counts();
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
    const frameworksIn = async (ids: readonly string[]) => {
      const rows = await kit.rows<{ framework: string }>(
        `SELECT DISTINCT framework FROM v_framework_ids WHERE id IN (${ids.map((one) => `'${one}'`).join(", ")}) ORDER BY framework`,
      );
      return rows.map(({ framework }) => framework);
    };
    const finding = await kit.finding("outside-grant", id, "mail.send");
    deepEqual(finding.frameworks, frameworksOf("outside-grant", "outside_scope"));
    deepEqual((await kit.alert(finding))["frameworks"], finding.frameworks);
    deepEqual(await frameworksIn(finding.frameworks), all);
    const [response] = await kit.rowsOnce<{ frameworks: readonly string[] }>(
      1,
      `SELECT frameworks FROM v_responses WHERE finding_id = '${finding.id}'`,
    );
    deepEqual(response?.frameworks, frameworksOfResponse("pause", finding.frameworks));
    deepEqual(await frameworksIn(response?.frameworks ?? []), all);
    // Both are counted where they belong: what was found is detected, what was done is a response; other stories may count too.
    const after = await counts();
    const grew = (part: string, kind: "findings" | "responses") =>
      Number(after.get(part)?.[kind]) > Number(before.get(part)?.[kind]);
    deepEqual(
      [grew("Protect", "findings"), grew("Detect", "findings"), grew("Respond", "responses")],
      [true, true, true],
    );
    deepEqual([...after.keys()].toSorted(), [
      "Detect",
      "Govern",
      "Identify",
      "Protect",
      "Recover",
      "Respond",
    ]);
    equal(Number(after.get("Recover")?.findings), 0);
  },
};
