import { fingerprintOf } from "../learn/fingerprint.ts";
import { Marks } from "../learn/marks.ts";
import { Novelty } from "../learn/novelty.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, quiet, type Signal } from "./detector.ts";
import { sqlText } from "./sql.ts";

/** Networks and programs of an identity; what acts from more places than these has no place of its own. */
const placesMax = 4;
const credentialsMax = 4;
const credentialsMaxUnderGate = 1;
/** Actions from its only place that make it one; where it has several already, a further one must be as rare as this, in bits. */
const actionsMin = 2;
const bitsMin = 5;
/** Of a name that a sender gives, in a cause, which may not grow too long. */
const nameCharsMax = 64;

interface Memory extends Readonly<Record<string, Novelty | Marks>> {
  readonly networks: Novelty;
  readonly programs: Novelty;
  readonly credentials: Marks;
}

/**
 * What runs by itself in one place acts from a second one: from a network and with a program that are both new to it, which is what
 * a stolen credential looks like. One of the two alone is told nobody, as addresses change and programs are updated, and both are
 * a sender's word in part. Graver where it is the very credential that was used in the first place. Misses: a credential that is first used by the thief, people, what
 * acts from many places, and a thief who acts through the machine that he robbed.
 */
export const secondPlace: Detector<Memory> = {
  id: "second-place",
  version: 1,
  family: "correlation",
  newMemory: () => ({ networks: new Novelty(), programs: new Novelty(), credentials: new Marks() }),
  examine({ action }, { networks, programs, credentials }) {
    const program = programOf(action);
    if (program === undefined || networks.observations < actionsMin) return quiet;
    if (!networks.canTell || !programs.canTell) return quiet;
    if (networks.has(action.fingerprintOf(action.networkCode)) || programs.has(fingerprintOf(program)))
      return quiet;
    const isOnlyPlace = networks.news === 1 && programs.news === 1;
    if (!isOnlyPlace && Math.min(networks.bits, programs.bits) < bitsMin) return quiet;
    const isSame =
      action.credentialId !== "" && credentials.get(fingerprintOf(action.credentialId)) !== undefined;
    return [signalOf(action, program, isSame, { networks, programs })];
  },
  learn({ action, evidence }, { networks, programs, credentials }) {
    const program = programOf(action);
    if (program === undefined) return;
    networks.observe(action.fingerprintOf(action.networkCode), placesMax, action.ordinal);
    programs.observe(fingerprintOf(program), placesMax, action.ordinal);
    if (action.credentialId === "") return;
    const max = evidence.gateOpen ? credentialsMax : credentialsMaxUnderGate;
    credentials.put(fingerprintOf(action.credentialId), 0, "", max);
  },
};

/** With what it acts; undefined where a person or the cloud itself does, or where the place is not known. */
function programOf(action: ActionView): string | undefined {
  if (action.network === "" || action.identityKind === "human") return undefined;
  const means = action.attribute("nhi.client.kind");
  if (means === undefined || means === "service" || means === "console") return undefined;
  const program = action.attribute("user_agent.name");
  return program === "" ? undefined : program;
}

function signalOf(
  action: ActionView,
  program: string,
  isSame: boolean,
  { networks, programs }: Pick<Memory, "networks" | "programs">,
): Signal {
  const { network, credentialId } = action;
  return {
    name: isSame ? "same_credential" : "same_identity",
    severity: isSame ? "high" : "medium",
    cause: `${network.slice(0, nameCharsMax)}|${program.slice(0, nameCharsMax)}`,
    tell: () => ({
      title: `${isSame ? "the same credential is used" : "acts"} in a second place: from ${network} with ${program}`,
      did: "acted from a second place",
      why: {
        network,
        program,
        actions: networks.observations,
        networks: networks.news,
        programs: programs.news,
        ...(isSame && { sameCredential: true }),
      },
      sql: sqlOf(network, program, isSame ? credentialId : undefined),
    }),
  };
}

function sqlOf(network: string, program: string, credential: string | undefined): string {
  const programSql = "attributes['user_agent.name']";
  const same =
    credential === undefined
      ? ""
      : `, toBool(countIf(credential_id = ${sqlText(credential)}) > 0) AS sameCredential`;
  const where = [
    "network != ''",
    "identity_kind != 'human'",
    "attributes['nhi.client.kind'] NOT IN ('', 'service', 'console')",
    `${programSql} != ''`,
  ].join(" AND ");
  return `SELECT ${sqlText(network)} AS network, ${sqlText(program)} AS program, sum(one) AS actions, uniqExact(place) AS networks, uniqExact(means) AS programs${same} FROM (SELECT 1 AS one, network AS place, ${programSql} AS means, credential_id FROM v_actions WHERE {before} AND ${where})`;
}
