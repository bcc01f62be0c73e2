import { X509Certificate } from "node:crypto";
import { thumbprintOf } from "./credential.ts";
import type { Credential } from "./source.ts";

/** An X.509 SVID as read: who it names, or why it names nobody. */
export type ReadSvid =
  | { readonly id: string; readonly verified: boolean; readonly credential: Credential }
  | { readonly refused: string };

/** Certificates between the SVID and the bundle; more is no chain that anybody issues. */
const chainMax = 8;
const certificatesMax = 64;
const skewMs = 60_000;

/**
 * Reads an X.509 SVID: the leaf and its intermediates in PEM. With a bundle, its chain has to end there, each link signed
 * by the next and in its time; without, the name is a claim of whoever wrote the file. The private key is not looked at.
 */
export function readSvid(pem: string, bundlePem: string | undefined, nowMs: number): ReadSvid {
  const certificates = certificatesOf(pem);
  const [leaf, ...intermediates] = certificates ?? [];
  if (leaf === undefined) return { refused: "no certificate can be read" };
  const id = spiffeIdOf(leaf);
  if (id === undefined) return { refused: "the certificate does not name one SPIFFE id" };
  if (leaf.ca) return { refused: "the certificate is an authority's, not a workload's" };
  if (!isInTime(leaf, nowMs)) return { refused: "the certificate is not in its time" };
  const roots = bundlePem === undefined ? undefined : certificatesOf(bundlePem);
  if (bundlePem !== undefined && roots === undefined) return { refused: "the bundle can't be read" };
  if (roots !== undefined && !leadsTo(leaf, intermediates, roots, nowMs))
    return { refused: "the certificate's chain does not end in the bundle" };
  const thumbprint = thumbprintOf(leaf.raw);
  const [issuedAtMs, expiresAtMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  const credential = { id: thumbprint, type: "x509_svid", issuedAtMs, expiresAtMs, thumbprint };
  return { id, verified: roots !== undefined, credential };
}

/** `text` if it is a SPIFFE id: a trust domain in lower case and a path without empty or dotted parts. */
export function spiffeId(text: string): string | undefined {
  const match = /^spiffe:\/\/[a-z0-9._-]{1,255}(?<path>(?:\/[\w.-]+)*)$/u.exec(text);
  const parts = match?.groups?.["path"]?.split("/") ?? ["."];
  return text.length > 512 || parts.includes(".") || parts.includes("..") ? undefined : text;
}

function certificatesOf(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/gu);
  if (blocks === null || blocks.length > certificatesMax) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** The one URI name, as the SPIFFE standard demands exactly one. */
function spiffeIdOf({ subjectAltName }: X509Certificate): string | undefined {
  // Node puts names with special characters in quotes; no SPIFFE id has any, and a quoted name could hold a second one.
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined;
  const names = subjectAltName.split(", ").filter((name) => name.startsWith("URI:"));
  return names.length === 1 && names[0] !== undefined ? spiffeId(names[0].slice("URI:".length)) : undefined;
}

function leadsTo(
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  nowMs: number,
): boolean {
  let current = leaf;
  for (let links = 0; links < chainMax; links += 1) {
    const below = current;
    if (roots.some((root) => issued(root, below, nowMs))) return true;
    const next = intermediates.find((one) => issued(one, below, nowMs));
    if (next === undefined) return false;
    current = next;
  }
  return false;
}

function issued(issuer: X509Certificate, subject: X509Certificate, nowMs: number): boolean {
  return (
    issuer.ca && isInTime(issuer, nowMs) && subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
  );
}

function isInTime({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs + skewMs && nowMs - skewMs < Date.parse(validTo);
}
