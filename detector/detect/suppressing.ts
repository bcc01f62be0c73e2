import type { Detector, Examined, Signal } from "./detector.ts";

/**
 * What keeps a finding quiet by the word of a person, if anything. What an identity does that was paused or revoked, beyond what it
 * may, is never kept quiet.
 */
export function suppressing(
  { action, decided, standing: { standing } }: Pick<Examined, "action" | "decided" | "standing">,
  { id: rule, family }: Pick<Detector, "id" | "family">,
  { name: signal }: Pick<Signal, "name">,
): string | undefined {
  if (family === "authority" && (standing === "paused" || standing === "revoked")) return undefined;
  const { book, control } = decided;
  const id = book.suppressions.hiding({ rule, signal, action }, action.atMs * 1000, control);
  return id === undefined ? undefined : `suppression ${id}`;
}
