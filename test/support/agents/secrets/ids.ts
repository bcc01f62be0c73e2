/** Positions in the ids that a careless developer gives: who acts, for whom, for what, under which authority. */
import {
  credential,
  delegate,
  exec,
  extract,
  inject,
  permissionChange,
  reference,
  resourceAccess,
  runAs,
  secretRead,
  tool,
} from "../../../../instrumentation/index.ts";
import type { Position } from "../../secrets/position.ts";

type As = Parameters<typeof runAs>[0];

/** A call of a tool of this name, done by or for this. */
function done(name: string, as: (secret: string) => As, leaves: Position["leaves"] = true): Position {
  return { name, operation: name, leaves, plant: (secret) => runAs(as(secret), () => tool(name, () => 1)()) };
}

const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

export const idPositions: readonly Position[] = [
  done("id.session", (session) => ({ session }), "as-id"),
  done("id.long", (secret) => ({
    task: `${"x ".repeat(245)}${secret}`,
    chain: [`${"y ".repeat(250)}${secret}`],
  })),
  done("id.task", (task) => ({ task })),
  done("id.grant", (grant) => ({ grant, approval: grant })),
  done("id.identity", (id) => ({ identity: { id, kind: "ai_agent", owner: id } })),
  done("id.identity-kind", (kind) => ({ identity: { id: "agent:b", kind: kind as "ai_agent" } })),
  done("id.owner", (owner) => ({ identity: { id: "agent:b", kind: "ai_agent", owner } })),
  done("id.chain", (secret) => ({ chain: ["user:ana", secret, `agent:${secret}`] })),
  done("id.token", (token) => ({ token }), false),
  {
    name: "id.claims",
    operation: "id.claims",
    leaves: true,
    plant: (secret) => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = {
        sub: secret,
        iss: secret,
        jti: secret,
        scope: secret,
        txn: secret,
        act: { sub: secret },
      };
      const token = `${part({ alg: "RS256", typ: secret })}.${part(claims)}.${Buffer.from(secret).toString("base64url")}`;
      return runAs({ token }, () => tool("id.claims", () => 1)());
    },
  },
  done(
    "id.baggage",
    (secret) => {
      const told = encodeURIComponent(secret);
      const baggage = `nhi.chain.id=${told},nhi.task=${told},nhi.grant=${told},nhi.chain=${told}>agent%3Ab,nhi.session=${told},nhi.sealed=${told}`;
      return { carried: extract({ traceparent: trace, tracestate: `v=${told}`, baggage }) };
    },
    "as-id",
  ),
  done(
    "id.baggage-of-the-host",
    (secret) => {
      const told = encodeURIComponent(secret);
      return {
        carried: extract({
          traceparent: told,
          tracestate: `v=${told}`,
          baggage: `${told}=1,a=${told};b=${told}`,
        }),
      };
    },
    false,
  ),
  {
    name: "id.credential",
    operation: "id.credential",
    leaves: true,
    plant: (secret) => credential.used({ id: secret, type: secret }, () => tool("id.credential", () => 1)()),
  },
  {
    name: "id.reference",
    operation: "id.reference",
    leaves: false,
    plant: (secret) =>
      credential.used({ id: reference(secret) ?? "none", type: "api_key" }, () =>
        tool("id.reference", () => 1)(),
      ),
  },
  {
    name: "door.credential",
    leaves: true,
    plant: (secret) => {
      credential.issued("door.issue", { id: secret, type: secret }, () => secret);
      return credential.revoked("door.revoke", { id: secret, type: "api_key" }, () => secret);
    },
  },
  {
    name: "door.delegate",
    leaves: true,
    plant: (to) => delegate(to, () => tool("door.delegate", () => to)()),
  },
  { name: "door.exec", leaves: true, plant: (program) => exec(program, () => program) },
  {
    name: "door.secret",
    operation: "vault.kv.read",
    leaves: true,
    plant: (secret) => secretRead("vault.kv.read", `kv/prod/${secret}`, async () => secret),
  },
  {
    name: "door.resource",
    operation: "crm.export",
    leaves: true,
    plant: (secret) =>
      resourceAccess("crm.export", { id: secret, kind: secret, origin: secret }, () => secret),
  },
  {
    name: "door.permission",
    operation: "iam.attach",
    leaves: true,
    plant: (secret) => permissionChange("iam.attach", { id: `role:${secret}`, kind: "role" }, () => secret),
  },
  {
    name: "id.sent-baggage",
    operation: "http.post",
    leaves: true,
    plant: (secret, { double }) =>
      runAs({ task: secret, grant: secret, chain: [secret], session: "id.sent-baggage" }, async () => {
        const headers = inject({ "x-echo": "no" });
        await (await fetch(`${double}/baggage`, { method: "POST", headers })).text();
      }),
  },
];
