import type { ApprovalAnswer, ApprovalRequest, ApprovalState } from "../../schemas/index.ts";
import type { FeedEntry } from "./policy-feed.ts";

/** An approval as the log says it stands. */
export interface ApprovalNow {
  readonly request: ApprovalRequest;
  readonly state: ApprovalState;
  /** Who asked: the client, not the identity. */
  readonly askedBy: string;
  readonly askedAtUs: number;
  /** Empty until somebody answered. */
  readonly answeredBy: string;
  /** Undefined until then. */
  readonly answer: { readonly answer: ApprovalAnswer; readonly atUs: number } | undefined;
  readonly comment: string;
  /** What its first user called itself; undefined until it was used. */
  readonly useId: string | undefined;
}

/**
 * Reads what was said of one approval, the asking first. The first answer in time counts, and then the first use of just the
 * action that was asked for: whoever appends another one later reads the log back, and sees that it came second.
 */
export function approvalOf(entries: readonly FeedEntry[], nowUs: number): ApprovalNow {
  const [first, ...later] = entries;
  if (first?.record.kind !== "approval_asked") throw new Error("an approval begins with being asked for");
  const { approval: request, author: askedBy, atUs: askedAtUs } = first.record;
  const inTime = (atUs: number): boolean => atUs < request.expiresAtUs;
  let state: ApprovalState = "asked";
  let [answeredBy, comment] = ["", ""];
  let answer: ApprovalNow["answer"];
  let useId: string | undefined;
  for (const { record } of later) {
    if (record.kind === "approval_answered" && state === "asked" && inTime(record.atUs)) {
      state = record.answer;
      answeredBy = record.author;
      comment = record.comment;
      answer = { answer: record.answer, atUs: record.atUs };
    }
    if (
      record.kind === "approval_used" &&
      state === "approved" &&
      record.digest === request.digest &&
      inTime(record.atUs)
    ) {
      state = "used";
      useId = record.useId ?? "";
    }
  }
  if ((state === "asked" || state === "approved") && !inTime(nowUs)) state = "expired";
  return { request, state, askedBy, askedAtUs, answeredBy, comment, answer, useId };
}
