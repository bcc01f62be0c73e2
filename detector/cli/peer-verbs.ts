import type { Command } from "commander";
import { z } from "zod";
import { PeerGroup } from "../../schemas/index.ts";
import type { Ask } from "./api-client.ts";
import { instantText, jsonLine, plain } from "./text.ts";

interface PeersOptions {
  readonly url?: string;
  readonly identity?: string;
  readonly refresh?: true;
  readonly json?: true;
}

/** The verb about peer groups. */
export interface PeerVerbs {
  peers(options: PeersOptions): Promise<void>;
}

const ShownGroup = PeerGroup.extend({
  atUs: z.number(),
  shownMembers: z.array(z.object({ identityId: z.string(), isCounted: z.boolean() })),
});
type ShownGroup = z.infer<typeof ShownGroup>;
const Round = z.object({
  round: z.object({ identities: z.number(), groups: z.number(), told: z.number(), waiting: z.number() }),
});

export function addPeers(
  program: Command,
  verbs: () => Promise<PeerVerbs>,
  service: (command: Command) => Command,
): void {
  service(
    program
      .command("peers")
      .description(
        "groups of identities that are alike: how each is defined, who is in it, what its peers do",
      ),
  )
    .option("--identity <id>", "the groups of this identity alone")
    .option("--refresh", "group the identities anew first")
    .option("--json", "as JSON")
    .action(async (given: PeersOptions) => (await verbs()).peers(given));
}

/** The verb, over the API. */
export function peerVerbs(
  api: (options: { readonly url?: string }) => Ask,
  out: (text: string) => void,
): PeerVerbs {
  return {
    peers: async (given) => {
      const ask = api(given);
      if (given.refresh === true) {
        const { round } = await ask("POST", "/v1/peers/refresh", Round, {});
        if (given.json !== true) out(roundLine(round));
      }
      const search = new URLSearchParams(given.identity === undefined ? {} : { identity: given.identity });
      const { groups } = await ask(
        "GET",
        `/v1/peers?${search.toString()}`,
        z.object({ groups: z.array(ShownGroup) }),
      );
      if (given.json === true) out(jsonLine(groups));
      else out(groups.length === 0 ? "no groups\n" : groups.map((one) => groupText(one)).join(""));
    },
  };
}

function roundLine({ identities, groups, told, waiting }: z.infer<typeof Round>["round"]): string {
  const rest = waiting === 0 ? "" : `; ${String(waiting)} memberships are told in the next rounds`;
  return `${String(identities)} identities in ${String(groups)} groups; ${String(told)} entries told${rest}\n`;
}

/** Operations and members that a group is printed with. */
const printedMax = 12;

/** A group for people; who is counted among its peers has a star. */
function groupText(group: ShownGroup): string {
  const { id, basis, defined, members, peers, operations, atUs, shownMembers } = group;
  const uses = operations.values
    .slice(0, printedMax)
    .map(({ value, users }) => `${value} ${String(Math.round((100 * users) / peers))} %`);
  const names = shownMembers
    .slice(0, printedMax)
    .map(({ identityId, isCounted }) => `${identityId}${isCounted ? "*" : ""}`);
  const more = members > names.length ? ` and ${String(members - names.length)} more` : "";
  return [
    `${id}  ${basis}: ${defined}`,
    `  ${String(members)} members, ${String(peers)} of them counted (*), as of ${instantText(atUs)}`,
    `  does     ${uses.join(", ")}`,
    `  members  ${names.join(", ")}${more}`,
  ]
    .map((line) => `${plain(line)}\n`)
    .join("");
}
