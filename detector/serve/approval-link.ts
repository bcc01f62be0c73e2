import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { ApprovalRequest } from "../../schemas/index.ts";

/** How links for people are made. */
export interface LinkSettings {
  /** Where the service answers, as its readers reach it; without a slash at its end. */
  readonly baseUrl: string;
  readonly secret: string;
}

/** Who may answer by a link, and until when. */
interface LinkClaims {
  readonly tenant: string;
  readonly who: string;
  readonly expiresAtUs: number;
}

const Claims = z.tuple([z.string(), z.string(), z.number()]);

/** Longest token that is looked at. */
const tokenCharsMax = 4096;

/** The address at which one named person may answer one approval. Whoever has it can: it is to be sent to that person alone. */
export function linkUrl(
  { baseUrl, secret }: LinkSettings,
  tenant: string,
  { id, expiresAtUs }: Pick<ApprovalRequest, "id" | "expiresAtUs">,
  who: string,
): string {
  const claims = Buffer.from(JSON.stringify([tenant, who, expiresAtUs])).toString("base64url");
  const token = `${claims}.${signature(secret, id, claims).toString("base64url")}`;
  return `${baseUrl}/v1/approvals/${encodeURIComponent(id)}/link?token=${token}`;
}

/** What a token says; undefined for one that we didn't sign, that is of another approval, or that is over. */
export function readLink(
  { secret }: LinkSettings,
  id: string,
  token: string,
  nowUs: number,
): LinkClaims | undefined {
  if (token.length > tokenCharsMax) return undefined;
  const [claims = "", signed = "", ...more] = token.split(".");
  const given = Buffer.from(signed, "base64url");
  const wanted = signature(secret, id, claims);
  if (more.length > 0 || given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted))
    return undefined;
  const [tenant, who, expiresAtUs] = Claims.parse(
    JSON.parse(Buffer.from(claims, "base64url").toString("utf8")),
  );
  return nowUs < expiresAtUs ? { tenant, who, expiresAtUs } : undefined;
}

/** Neither an id nor the claims hold the character between them. */
function signature(secret: string, id: string, claims: string): Buffer {
  return createHmac("sha256", secret).update(`answerable.approval.1\0${id}\0${claims}`).digest();
}
