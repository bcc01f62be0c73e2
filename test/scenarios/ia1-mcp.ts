import { deepEqual, equal } from "node:assert/strict";
import type { Telling } from "../support/story/kit.ts";

/** The example as its page says it is run: an agent, and its tools over MCP in a second process. */
export const ia1: Telling = {
  rests: ["sdk"],
  async tell(kit) {
    const id = kit.name("agent:triage");
    await kit.run("examples/mcp-tickets/agent.mjs", { ANSWERABLE_IDENTITY: id, ANSWERABLE_GUARD: "off" });
    const [chain] = await kit.rowsOnce<{ chain_id: string; who: readonly string[]; principal: string }>(
      1,
      `SELECT chain_id, principal, arraySort(identities) AS who FROM v_chains WHERE has(identities, '${id}') AND length(identities) > 1 AND actions >= 7`,
    );
    deepEqual([chain?.principal, chain?.who], ["user:ana@acme.example", [id, "svc:support-mcp"]]);
    const { links } = await kit.chain(chain?.chain_id ?? "", 7);
    const actions = links.filter(({ kind }) => kind === "action");
    const resourcesOf = (label: string) => {
      const ids = new Set(actions.filter((link) => link.label.includes(label)).map((link) => link.id));
      return links
        .filter((link) => link.kind === "resource" && ids.has(link.parent))
        .map((link) => link.label);
    };
    for (const label of ["tickets.read", "customers.lookup", "changes.open"])
      equal(actions.filter((link) => link.label.includes(label)).length, 1);
    deepEqual(resourcesOf("db.read").toSorted(), ["crm/customers", "crm/tickets"]);
    deepEqual(resourcesOf("db.insert"), ["crm/changes"]);
    deepEqual(
      links
        .filter(({ kind }) => kind === "delegate")
        .map((link) => `${link.parent} > ${link.id}`)
        .toSorted(),
      [`${id} > svc:support-mcp`, `user:ana@acme.example > ${id}`],
    );
  },
};
