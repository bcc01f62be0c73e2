import { z } from "zod";
import { compilePattern } from "../../policy/pattern.ts";
import type { HttpRequest } from "./destination.ts";
import type { Ask, HookAnswer, RevocationHook } from "./revocation-ports.ts";
import type { HttpAnswer, Send } from "./sender.ts";
import { signedRequest } from "./webhook.ts";

/** A hook as an operator configures it. */
export interface HookSettings {
  readonly name: string;
  readonly kind: "webhook" | "vault";
  readonly url: string;
  readonly secret?: string | undefined;
  readonly verifyUrl?: string | undefined;
  readonly token?: string | undefined;
  readonly match: {
    readonly credentials: readonly string[];
    readonly types: readonly string[];
    readonly identities: readonly string[];
  };
}

/** The hook of some settings; `send` must give the answers' bodies. */
export function revocationHook(settings: HookSettings, send: Send): RevocationHook {
  const { name, kind, match } = settings;
  const credentials = anyOf(match.credentials);
  const types = anyOf(match.types);
  const identities = anyOf(match.identities);
  return {
    name,
    matches: ({ credentialId, credentialType, identityId }) =>
      credentialId !== "" &&
      (kind !== "vault" || credentialId.startsWith(vaultPrefix)) &&
      credentials(credentialId) &&
      types(credentialType) &&
      identities(identityId),
    revoke: (ask, nowMs) =>
      kind === "vault" ? askVault(settings, send, ask) : askWebhook(settings, send, ask, nowMs),
  };
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map(compilePattern);
  return (text) => compiled.some((matches) => matches(text));
}

const Answer = z.object({ revoked: z.literal(true) });

/**
 * A signed message (Standard Webhooks) that says which credential; the answer must be `{"revoked": true}`. With a
 * `verifyUrl` the same question is asked there afterwards, of somebody who looks.
 */
async function askWebhook(
  { name, url, verifyUrl, secret = "" }: HookSettings,
  send: Send,
  ask: Ask,
  nowMs: number,
): Promise<HookAnswer> {
  const { responseId, tenant, credentialId, credentialType, identityId, findingId, playbookId, reason } = ask;
  const data = {
    responseId,
    tenant,
    credentialId,
    credentialType,
    identityId,
    findingId,
    playbookId,
    reason,
  };
  const message = (type: string): { id: string; body: string } => ({
    id: `${responseId}.${name}.${type}`,
    body: JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data }),
  });
  const revoked = await send(signedRequest(url, secret, message("credential.revoke"), nowMs));
  if (!saysRevoked(revoked)) return failed(revoked, 'the answer is not {"revoked": true}');
  if (verifyUrl === undefined) return done(revoked, false);
  const verified = await send(signedRequest(verifyUrl, secret, message("credential.verify"), nowMs));
  return saysRevoked(verified) ? done(verified, true) : failed(verified, "it was not found to be revoked");
}

function saysRevoked(answer: HttpAnswer): boolean {
  if (answer.kind === "failed" || answer.status < 200 || answer.status > 299) return false;
  try {
    return Answer.safeParse(JSON.parse(answer.body ?? "")).success;
  } catch {
    return false;
  }
}

/** Credentials of Vault are named by this and the accessor of the token. */
const vaultPrefix = "vault:";

/**
 * Vault's token revocation by accessor (https://developer.hashicorp.com/vault/api-docs/auth/token). Versions before 1.10 answer
 * 400 "invalid accessor" for a token that is gone already. An accessor that is gone can't be looked up: 403 or 404, by the
 * version. But 403 is also what our own token gets that may not look, so it proves something only where the look before went well.
 */
async function askVault({ url, token = "" }: HookSettings, send: Send, ask: Ask): Promise<HookAnswer> {
  const accessor = ask.credentialId.slice(vaultPrefix.length);
  const to = (verb: string): HttpRequest => ({
    url: new URL(`/v1/auth/token/${verb}`, url).href,
    headers: { "content-type": "application/json", "x-vault-token": token, "user-agent": "answerable" },
    body: JSON.stringify({ accessor }),
  });
  const before = await send(to("lookup-accessor"));
  const revoked = await send(to("revoke-accessor"));
  const wasGone = revoked.kind === "answered" && revoked.status === 400 && saysInvalid(revoked);
  const isTaken = revoked.kind === "answered" && revoked.status >= 200 && revoked.status < 300;
  if (!isTaken && !wasGone) return failed(revoked, "Vault did not revoke it");
  const after = await send(to("lookup-accessor"));
  if (after.kind === "failed") return failed(after, after.reason);
  if (after.status >= 200 && after.status < 300) return failed(after, "the token can still be looked up");
  const wasThere = before.kind === "answered" && before.status === 200;
  const isGone =
    after.status === 404 || saysInvalid(after) || (wasThere && [400, 403].includes(after.status));
  return done(after, isGone);
}

const VaultErrors = z.object({ errors: z.array(z.string()) });

function saysInvalid({ body = "" }: HttpAnswer & { readonly kind: "answered" }): boolean {
  try {
    const { errors } = VaultErrors.parse(JSON.parse(body));
    return errors.some((error) => error.includes("invalid accessor"));
  } catch {
    return false;
  }
}

function done(answer: HttpAnswer, verified: boolean): HookAnswer {
  const status = answer.kind === "answered" ? answer.status : 0;
  return { isRevoked: true, verified, status, error: "", retryAfter: undefined };
}

function failed(answer: HttpAnswer, otherwise: string): HookAnswer {
  if (answer.kind === "failed")
    return { isRevoked: false, verified: false, status: 0, error: answer.reason, retryAfter: undefined };
  const { status, retryAfter } = answer;
  const isFine = status >= 200 && status < 300;
  return {
    isRevoked: false,
    verified: false,
    status,
    error: isFine ? otherwise : `HTTP ${String(status)}`,
    retryAfter,
  };
}
