/**
 * Goal: a credential counts as revoked when whoever issued it says so, and as verified when that was seen.
 * Method: the real requests, to doubles of an issuer and of Vault. Vault's program can't be had here, so its double answers as
 * its documentation and its issues say, old and new.
 */
import { afterEach, describe, expect, test } from "@jest/globals";
import { type HookSettings, revocationHook } from "../../detector/alert/revocation-hooks.ts";
import type { Ask } from "../../detector/alert/revocation-ports.ts";
import { bodyLimits, sender } from "../../detector/alert/sender.ts";
import { issuerDouble } from "../support/issuer-double.ts";
import { vaultDouble, type VaultManners } from "../support/vault-double.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const all = { credentials: ["*"], types: ["*"], identities: ["*"] };
const askOf = (credentialId: string): Ask => ({
  responseId: "ab".repeat(16),
  tenant: "default",
  findingId: "cd".repeat(16),
  playbookId: "cut-off",
  reason: "outside-grant: deleted",
  subject: { kind: "identity", id: "agent:triage" },
  identityId: "agent:triage",
  credentialId,
  credentialType: "api_key",
  chainId: "c",
  atUs: 1,
});
const hookOf = (settings: Omit<HookSettings, "name" | "match">, match = all) =>
  revocationHook({ name: "hook", match, ...settings }, sender(bodyLimits));

describe("a signed webhook", () => {
  async function opened(isForgetful = false) {
    const issuer = await issuerDouble(isForgetful);
    stops.push(() => issuer.stop());
    return issuer;
  }

  test("is believed when it answers that it revoked, and verified when asked again", async () => {
    const { url, secret, revoked, ids } = await opened();
    const hook = hookOf({ kind: "webhook", url, secret });
    expect(await hook.revoke(askOf("key-1"), Date.now())).toMatchObject({ isRevoked: true, verified: false });
    const verifying = hookOf({ kind: "webhook", url, secret, verifyUrl: url });
    expect(await verifying.revoke(askOf("key-1"), Date.now())).toMatchObject({
      isRevoked: true,
      verified: true,
    });
    expect([...revoked]).toEqual(["key-1"]);
    // The same id each time, so that its receiver can tell.
    expect(new Set(ids).size).toBe(2);
  });

  test("is not believed when it can't be found to have taken effect", async () => {
    const { url, secret } = await opened(true);
    const hook = hookOf({ kind: "webhook", url, secret, verifyUrl: url });
    const answer = await hook.revoke(askOf("key-1"), Date.now());
    expect(answer).toMatchObject({ isRevoked: false, error: "it was not found to be revoked" });
  });

  test("signed with another secret it is refused", async () => {
    const { url, revoked } = await opened();
    const secret = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
    expect(await hookOf({ kind: "webhook", url, secret }).revoke(askOf("key-1"), Date.now())).toMatchObject({
      isRevoked: false,
      status: 401,
      error: "HTTP 401",
    });
    expect(revoked.size).toBe(0);
  });
});

const manners: readonly {
  name: string;
  manners: VaultManners;
  gone?: true;
  is: { isRevoked: boolean; verified: boolean; error?: string };
}[] = [
  { name: "gone afterwards: 403", manners: {}, is: { isRevoked: true, verified: true } },
  { name: "gone afterwards: 404", manners: { goneStatus: 404 }, is: { isRevoked: true, verified: true } },
  {
    name: "gone before, of an old one",
    manners: { isOld: true, goneStatus: 404 },
    gone: true,
    is: { isRevoked: true, verified: true },
  },
  { name: "gone before, unseen", manners: {}, gone: true, is: { isRevoked: true, verified: false } },
  { name: "that we may not look", manners: { mayNotLook: true }, is: { isRevoked: true, verified: false } },
  {
    name: "there afterwards",
    manners: { isLying: true },
    is: { isRevoked: false, verified: false, error: "the token can still be looked up" },
  },
];

describe("Vault's token, found to be", () => {
  test.each(manners)("$name", async ({ manners: how, gone, is }) => {
    const vault = await vaultDouble(gone ? [] : ["acc-1"], how);
    stops.push(() => vault.stop());
    const hook = hookOf({ kind: "vault", url: vault.url, token: vault.token });
    expect(await hook.revoke(askOf("vault:acc-1"), 1)).toMatchObject(is);
    expect(vault.alive.has("acc-1")).toBe(!is.isRevoked);
  });

  test("untouched without the right token", async () => {
    const vault = await vaultDouble(["acc-1"]);
    stops.push(() => vault.stop());
    const hook = hookOf({ kind: "vault", url: vault.url, token: "wrong" });
    expect(await hook.revoke(askOf("vault:acc-1"), 1)).toMatchObject({ isRevoked: false, error: "HTTP 403" });
    expect([...vault.alive]).toEqual(["acc-1"]);
  });
});

test("a hook is for the credentials, types and identities that it names", () => {
  const settings = { kind: "webhook", url: "http://127.0.0.1:1" } as const;
  expect(hookOf(settings).matches(askOf("key-1"))).toBe(true);
  expect(hookOf(settings).matches(askOf(""))).toBe(false);
  expect(hookOf(settings, { ...all, credentials: ["aws:*"] }).matches(askOf("key-1"))).toBe(false);
  expect(hookOf(settings, { ...all, types: ["token"] }).matches(askOf("key-1"))).toBe(false);
  expect(hookOf(settings, { ...all, identities: ["ci:*"] }).matches(askOf("key-1"))).toBe(false);
  expect(hookOf({ ...settings, kind: "vault" }).matches(askOf("key-1"))).toBe(false);
  expect(hookOf({ ...settings, kind: "vault" }).matches(askOf("vault:a"))).toBe(true);
});

test("nobody who listens: told as a failure, without the address", async () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  const hook = hookOf({ kind: "webhook", url: "http://127.0.0.1:1/secret-path", secret });
  expect(await hook.revoke(askOf("key-1"), 1)).toMatchObject({ isRevoked: false, error: "ECONNREFUSED" });
});
