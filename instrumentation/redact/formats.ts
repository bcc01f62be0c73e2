import type { SecretFormat } from "./data-shape.ts";
import { data } from "./data.ts";

/** Secrets that say by their first letters what they are: `schemas/redaction.json`, which says where they come from. */
export const formats: readonly SecretFormat[] = [...data.formats.gitleaks, ...data.formats.further];

const checks: Readonly<Record<NonNullable<SecretFormat["where"]>, RegExp>> = {
  "not-hex": /[^a-f0-9]/u,
  "digit-and-capital": /\d.*[A-Z]|[A-Z].*\d/u,
};

/** Whether the part of a secret behind its prefix is what the format says of it besides its regular expression. */
export function fitsFormat(where: SecretFormat["where"], rest: string): boolean {
  return where === undefined || checks[where].test(rest);
}
