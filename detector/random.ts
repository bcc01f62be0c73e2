import { randomBytes } from "node:crypto";

/** 128 bits that nobody can guess, as hex. */
export function randomId(): string {
  return randomBytes(16).toString("hex");
}
