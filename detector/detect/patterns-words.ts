/** What an action is, and what holds of it: a bit each, so that a step is compared at once. */
export const is = {
  anything: 0,
  read: 1,
  write: 2,
  access: 4,
  outgoing: 8,
  secretRead: 16,
  tokenIssued: 32,
  privileged: 64,
  delegation: 128,
  delegated: 256,
  execution: 512,
  fromTool: 1024,
  strange: 2048,
  ungranted: 4096,
  credential: 8192,
} as const;

/** The classes of a step's action, as a sentence names them. */
export const classes: Readonly<Record<string, number>> = {
  anything: is.anything,
  read: is.read,
  write: is.write,
  access: is.access,
  outgoing: is.outgoing,
  "secret read": is.secretRead,
  "token issued": is.tokenIssued,
  "privileged write": is.privileged,
  delegation: is.delegation,
  "delegated work": is.delegated,
  execution: is.execution,
};

/** What else must hold of a step's action, of itself. */
export const qualities: Readonly<Record<string, number>> = {
  "with a value from a tool": is.fromTool,
  "out of character": is.strange,
  "outside its grants": is.ungranted,
  "with a credential": is.credential,
};

/** What of the step before it is compared to. */
export type Compared = "nothing" | "operation" | "network" | "resource";

/** What else must hold of it beside the step before. */
export const comparisons: Readonly<Record<string, Compared>> = {
  "with a value from it": "operation",
  "from another network": "network",
  "of another resource": "resource",
};

/** What the steps share. */
export type Scope = "identity" | "session" | "chain" | "credential";

export const scopes: Readonly<Record<string, Scope>> = {
  "by the same identity": "identity",
  "in the same session": "session",
  "in the same chain": "chain",
  "with the same credential": "credential",
};
