import { poster, type PostOptions } from "../emit/post.ts";
import type { Redactor } from "../redact/redactor.ts";
import { unseen } from "../scope/unseen.ts";
import type { Asked } from "./approvals.ts";
import { guardLimits } from "./limits.ts";

/** Where a person is asked for an approval, and told that it is used. Neither ever rejects. */
export interface ApprovalDesk {
  /** Undefined where nobody could be asked. */
  ask(asked: Asked): Promise<{ readonly id: string; readonly expiresAtUs: number } | undefined>;
  /** Whether it is ours to use: it is each one's once. */
  use(id: string, digest: string): Promise<boolean>;
  close(): void;
}

/** What an answer of the service may be called. */
const idShape = /^[\w.:-]{1,64}$/u;

/** Asks the service at `url`, whose address ends with a slash, over HTTP. Secrets in names don't leave. */
export function approvalDesk(url: string, options: PostOptions, redactor: Redactor): ApprovalDesk {
  const approvals = new URL("v1/approvals", url);
  const service = poster(approvals, options);
  const send = (told: object, to?: URL): ReturnType<typeof service.post> =>
    unseen(() => service.post(Buffer.from(JSON.stringify(told)), { "content-type": "application/json" }, to));
  return {
    async ask(asked) {
      try {
        const { status, body } = await send({ approval: requestOf(asked, redactor) });
        return status === 201 || status === 200 ? approvalIn(body) : undefined;
      } catch {
        return undefined;
      }
    },
    async use(id, digest) {
      try {
        const { status } = await send({ digest }, new URL(`v1/approvals/${encodeURIComponent(id)}/use`, url));
        return status >= 200 && status < 300;
      } catch {
        return false;
      }
    },
    close: () => service.close(),
  };
}

function requestOf({ digest, argumentNames, decided }: Asked, redactor: Redactor): object {
  const { facts, authority } = decided;
  const text = (id: string, charsMax: number): string => redactor.text(id).slice(0, charsMax);
  return {
    digest,
    identityId: text(facts.identityId, 512),
    operation: text(facts.operation, 512),
    resources: facts.resources.slice(0, 64).map(({ id }) => text(id, 1024)),
    arguments: argumentNames
      .slice(0, guardLimits.argumentsMax)
      .map((name) => text(name, guardLimits.argumentNameCharsMax)),
    taskId: text(facts.taskId, 256),
    sessionId: text(facts.sessionId, 512),
    chainId: text(facts.chainId, 512),
    grantId: authority?.grantId ?? "",
    policyId: authority?.policyId ?? "",
    policyVersion: authority?.policyVersion ?? "",
  };
}

function approvalIn(body: Uint8Array): { id: string; expiresAtUs: number } | undefined {
  const told: unknown = JSON.parse(Buffer.from(body).toString());
  const approval: unknown = Object(Reflect.get(Object(told), "approval"));
  const id: unknown = Reflect.get(Object(approval), "id");
  const expiresAtUs: unknown = Reflect.get(Object(approval), "expiresAtUs");
  if (typeof id !== "string" || !idShape.test(id) || typeof expiresAtUs !== "number") return undefined;
  return { id, expiresAtUs };
}
