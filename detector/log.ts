/** Says something to whoever operates the service. Never given a secret, nor text that a sender of spans chose. */
export type Log = (
  level: "info" | "warn" | "error",
  message: string,
  fields?: Record<string, string | number>,
) => void;
