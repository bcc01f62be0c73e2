import { z } from "zod";
import { ApprovalAnswer } from "../../schemas/index.ts";
import { approvals, whyNotReader } from "./approvals.ts";
import { readLink } from "./approval-link.ts";
import { approvalPage, messagePage, pageHeaders } from "./approval-page.ts";
import type { ApprovalOptions } from "./approval-routes.ts";
import { readBytes, type Reply } from "./reply.ts";
import type { Route } from "./route.ts";

/** Bytes of the form that answers. */
const formBytesMax = 16 * 1024;

const Form = z.strictObject({
  token: z.string(),
  answer: ApprovalAnswer,
  comment: z.string().max(512).default(""),
});

/**
 * What a person with a signed link sees and answers. The link proves who reads it; looking changes nothing, as whatever looks for
 * harm in a person's mail opens all links.
 */
export function linkRoutes({ feed, clock, links }: ApprovalOptions): readonly Route[] {
  if (links === undefined) return [];
  const book = approvals(feed, clock);
  const path = "/v1/approvals/:id/link";
  const read = async (id: string, token: string) => {
    const claims = readLink(links, id, token, clock.nowMs() * 1000);
    const approval = claims === undefined ? undefined : await book.of(claims.tenant, id);
    return claims === undefined || approval === undefined ? undefined : { ...claims, approval };
  };
  return [
    {
      method: "GET",
      path,
      answer: async ({ params: { id = "" }, query: { token = "" } }) => {
        const found = await read(id, token);
        return found === undefined ? noLink : html(200, approvalPage(found.approval, found.who, token));
      },
    },
    {
      method: "POST",
      path,
      answer: async ({ params: { id = "" }, request }) => {
        const body = await readBytes(request, formBytesMax);
        if (!body.ok) return body.reply;
        const form = Form.safeParse(Object.fromEntries(new URLSearchParams(body.body.toString("utf8"))));
        if (!form.success) return html(400, messagePage("The form was not filled in as it was sent."));
        const { token, answer, comment } = form.data;
        const found = await read(id, token);
        if (found === undefined) return noLink;
        const { approval, tenant, who } = found;
        const refusal = whyNotReader(approval, who);
        if (refusal !== undefined) return html(403, messagePage(refusal));
        const reply = await book.answer(approval, { tenant, author: who, answer, comment });
        return html(reply.status, messagePage(messageOf(reply) ?? `The action was ${answer}.`));
      },
    },
  ];
}

const noLink = html(403, messagePage("This link is not valid, or its time is over. Ask for a new one."));

function html(status: number, text: string): Reply {
  return { status, text, type: "text/html; charset=utf-8", headers: pageHeaders };
}

function messageOf(reply: Reply): string | undefined {
  const refusal = "json" in reply ? z.object({ error: z.string() }).safeParse(reply.json) : undefined;
  return refusal?.data?.error;
}
