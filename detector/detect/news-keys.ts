import { absent, empty } from "../decode/index.ts";
import { templateSql } from "../learn/segments.ts";
import type { ActionView } from "./action-view.ts";
import { sqlText } from "./sql.ts";

/** One kind of thing whose first use can be news: which value an action uses, and the same in SQL over `v_actions`. */
export interface NewsKey {
  readonly name: string;
  /** The most that its news alone may be: below medium no episode is opened. */
  readonly severityMax: "low" | "medium";
  /** Whether values are names of resources, of which ids are not told apart. */
  readonly isTemplated: boolean;
  /** Values remembered; of a templated one, segments. Of an identity that uses more, nothing is news, or less is. */
  readonly room: number;
  /** The same while the gate is closed. More would be too many to be rare, so that little is lost. */
  readonly roomUnderGate: number;
  /** Code of the value, `absent` when the action uses none. */
  readonly codeOf: (action: ActionView) => number;
  readonly sqlValue: string;
  readonly sqlWhere: string;
}

const touches = new Set([
  "tool_call",
  "resource_access",
  "permission_change",
  "credential_issue",
  "credential_revoke",
  "delegation",
]);
const secrets = new Set(["secret_read", "secret_write"]);
const prompted = new Set(["prompt", "system"]);
/** What says where it runs, the most telling first; none of them is new with each process. */
const places = [
  "k8s.deployment.name",
  "k8s.statefulset.name",
  "k8s.daemonset.name",
  "k8s.cronjob.name",
  "service.name",
  "host.name",
];
const credentialType = "nhi.credential.type";

const sqlList = (texts: Iterable<string>): string => [...texts].map(sqlText).join(", ");
const sqlAttribute = (name: string): string => `attributes[${sqlText(name)}]`;
const sqlPlace = `coalesce(${places.map((name) => `nullIf(${sqlAttribute(name)}, '')`).join(", ")}, '')`;

/** Every kind of thing whose first use is asked about: another one is an entry here. */
export const newsKeys: readonly NewsKey[] = [
  {
    name: "operation",
    severityMax: "medium",
    isTemplated: false,
    room: 128,
    roomUnderGate: 10,
    codeOf: (a) => a.operationCode,
    sqlValue: "operation",
    sqlWhere: "1",
  },
  {
    name: "resource",
    severityMax: "low",
    isTemplated: true,
    room: 80,
    roomUnderGate: 8,
    codeOf: (a) => (touches.has(a.kind) ? a.resourceCode : absent),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${sqlList(touches)})`,
  },
  {
    name: "secret",
    severityMax: "medium",
    isTemplated: false,
    room: 64,
    roomUnderGate: 4,
    codeOf: (a) => (secrets.has(a.kind) ? a.resourceCode : absent),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${sqlList(secrets)})`,
  },
  {
    name: "network",
    severityMax: "medium",
    isTemplated: false,
    room: 64,
    roomUnderGate: 3,
    codeOf: (a) => (a.networkCode === empty ? absent : a.networkCode),
    sqlValue: "network",
    sqlWhere: "network != ''",
  },
  {
    // Something is changed or sent to whose name neither the prompt gave nor the identity ever used: it came out of what
    // the agent read. All that the prompt gives counts as one value, so that being asked for new things is not news: the
    // empty one, as any other could be somebody's name for a resource.
    name: "unprompted resource",
    severityMax: "low",
    isTemplated: false,
    room: 64,
    roomUnderGate: 3,
    codeOf: ({ mutating, resourceCode, resourceOrigin }) =>
      !mutating || resourceOrigin === "" ? absent : prompted.has(resourceOrigin) ? empty : resourceCode,
    sqlValue: `if(resource_origin IN (${sqlList(prompted)}), '', resource_id)`,
    sqlWhere: "mutating AND resource_origin != ''",
  },
  {
    name: "workload",
    severityMax: "medium",
    isTemplated: false,
    room: 32,
    roomUnderGate: 2,
    codeOf: placeCode,
    sqlValue: sqlPlace,
    sqlWhere: `${sqlPlace} != ''`,
  },
  {
    name: "caller",
    severityMax: "low",
    isTemplated: false,
    room: 32,
    roomUnderGate: 2,
    codeOf: (a) => a.callerCode,
    sqlValue: "path[-2]",
    sqlWhere: "length(path) > 1",
  },
  {
    name: "credential type",
    severityMax: "low",
    isTemplated: false,
    room: 16,
    roomUnderGate: 2,
    codeOf: (a) => solid(a.attributeCode(credentialType)),
    sqlValue: sqlAttribute(credentialType),
    sqlWhere: `${sqlAttribute(credentialType)} != ''`,
  },
  {
    name: "hour of the week",
    severityMax: "low",
    isTemplated: false,
    room: 168,
    roomUnderGate: 0,
    codeOf: (a) => a.weekHourCode,
    sqlValue: "toString(hour % 168)",
    sqlWhere: "1",
  },
];

/** The value as what is compared: itself, or the template that it has with some places varying. */
export function sqlValueOf({ isTemplated, sqlValue }: NewsKey, varying: readonly string[]): string {
  return isTemplated ? templateSql(sqlValue, varying) : sqlValue;
}

const solid = (code: number): number => (code === empty ? absent : code);

function placeCode(action: ActionView): number {
  for (const name of places) {
    const code = solid(action.attributeCode(name));
    if (code !== absent) return code;
  }
  return absent;
}
