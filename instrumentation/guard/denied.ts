/**
 * An action that may not run, and has not: thrown, or rejected with, in place of what it would have given. `message` is a
 * sentence for whoever tried, a model for example.
 *
 * @example
 * try {
 *   await deleteTicket({ id: 7 });
 * } catch (error) {
 *   if (error instanceof ActionDenied) return { role: "tool", content: error.message };
 *   throw error;
 * }
 */
export class ActionDenied extends Error {
  override readonly name = "ActionDenied";
  /** Which boundary was crossed, in one word; see `nhi.decision.reason`. */
  readonly reason: string;
  /** The approval that is asked for, or was refused; undefined where there is none. */
  readonly approvalId: string | undefined;

  constructor(message: string, reason: string, approvalId?: string) {
    super(message);
    this.reason = reason;
    this.approvalId = approvalId;
  }
}
