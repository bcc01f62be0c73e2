import type { Attributes } from "@opentelemetry/api";
import { trace } from "@opentelemetry/api";
import type { ActionFacts } from "../../policy/facts.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { running } from "../scope/scope.ts";

/** What a guard is asked about. */
export interface AskedFacts extends ActionFacts {
  readonly kind: string;
  readonly chainId: string;
}

/** What the process says of itself, and of when it is asked. */
export interface Asking {
  readonly self: string | undefined;
  readonly resource: Attributes;
  readonly tenant: string;
  readonly nowUs: number;
}

/** What is known of an action that is about to begin: what its span will say. `identityId` is "" where nobody is named. */
export function factsOf(action: RecordedAction, { self, resource, tenant, nowUs }: Asking): AskedFacts {
  const { scope, stamp, span } = running();
  const { kind, name, attributes = {} } = action;
  const identityId = action.identity?.id ?? scope.identity?.id ?? self ?? "";
  const said = (attribute: string): unknown =>
    attributes[attribute] ?? stamp[attribute] ?? resource[attribute];
  const text = (attribute: string): string => {
    const value = said(attribute);
    return typeof value === "string" ? value : "";
  };
  const issuedAt = said("nhi.credential.issued_at");
  const { resource: first, resources: further = [] } = action;
  const path = action.chain ?? scope.chain ?? [];
  return {
    kind,
    tenant,
    identityId,
    operation: name,
    resources: first === undefined ? further : [first, ...further],
    startedAtUs: nowUs,
    taskId: idOf(action.task ?? scope.task),
    sessionId: idOf(action.session ?? scope.session),
    chainId: idOf(scope.chainId ?? (trace.getActiveSpan() ?? span)?.spanContext().traceId),
    // In the order in which `schemas/attribution.json` has it, or the detector would judge another network than we.
    network: text("nhi.network") || text("client.address") || text("http.client_ip"),
    environment: text("deployment.environment.name"),
    credentialType: text("nhi.credential.type"),
    credentialIssuedAt: typeof issuedAt === "number" ? issuedAt : undefined,
    // Approvals are asked for, and used, only once it is known that one is needed.
    approvalId: "",
    digest: "",
    path: path.at(-1) === identityId || identityId === "" ? path : [...path, identityId],
  };
}

/** Ids are often numbers, of tickets and runs, whatever the types say. */
function idOf(given: string | undefined): string {
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- See above.
  return given === undefined ? "" : String(given);
}
