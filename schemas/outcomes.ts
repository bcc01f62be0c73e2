/**
 * How an action stood to the authority of its identity: granted, or the boundary that it crossed, from farthest to closest. Plain
 * data, as the guard reads it in processes that have no use for a schema.
 */
export const outcomesFromFarthest = [
  "no_grant",
  "outside_scope",
  "outside_window",
  "outside_hours",
  "revoked",
  "task_closed",
  "wrong_environment",
  "wrong_network",
  "wrong_session",
  "wrong_credential",
  "credential_too_old",
  "wrong_root",
  "too_deep",
  "out_of_order",
  "over_retries",
  "over_rate",
  "over_volume",
  "unapproved",
  "granted",
] as const;
