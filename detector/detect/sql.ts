/** What a terminal would obey, or would show in another order than it stands. */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A text as ClickHouse's SQL writes it; safe for any content, and for the terminal that it is printed on. */
export function sqlText(text: string): string {
  const quoted = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return `'${quoted.replaceAll(invisible, (character) => bytesOf(character))}'`;
}

/** The condition that one action is meant: ids are made of what senders say, so two tenants may have the same. */
export function actionSql({
  id,
  tenant,
  identityId,
}: {
  readonly id: string;
  readonly tenant: string;
  readonly identityId: string;
}): string {
  return `tenant = ${sqlText(tenant)} AND identity_id = ${sqlText(identityId)} AND action_id = ${sqlText(id)}`;
}

function bytesOf(character: string): string {
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`,
  ).join("");
}
