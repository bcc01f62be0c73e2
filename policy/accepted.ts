/** Under which behaviour that a person accepted is kept. */
export function acceptedKey(identityId: string, rule: string, cause: string): string {
  return `${identityId}\0${rule}\0${cause}`;
}

/**
 * What a finding is about, whatever the session: its cause without the session that begins or ends it. A person who accepts a
 * finding accepts this, as the entry's `cause`; one who accepts the whole cause accepts it for that session alone.
 *
 * @example
 * behaviourOf({ cause: "outside_scope|mail.send|s1", sessionId: "s1" }); // "outside_scope|mail.send"
 */
export function behaviourOf({
  cause,
  sessionId,
}: {
  readonly cause: string;
  readonly sessionId: string;
}): string {
  if (cause.startsWith(`${sessionId}|`)) return cause.slice(sessionId.length + 1);
  return cause.endsWith(`|${sessionId}`) ? cause.slice(0, -sessionId.length - 1) : cause;
}
