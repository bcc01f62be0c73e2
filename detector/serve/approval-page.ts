import type { ApprovalNow } from "./approval-state.ts";

/** Nothing is loaded, nothing runs, nobody may frame it, and the address with its token goes nowhere. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

/** The page of a signed link: what is asked, and a form to answer it. All that agents chose is text and nothing else. */
export function approvalPage({ request, state }: ApprovalNow, who: string, token: string): string {
  const rows: readonly (readonly [string, string])[] = [
    ["identity", request.identityId],
    ["operation", request.operation],
    ["resources", request.resources.join(", ")],
    ["arguments", request.arguments.join(", ")],
    ["task", request.taskId],
    ["session", request.sessionId],
    ["policy", `${request.policyId} ${request.policyVersion}`],
    ["digest", request.digest],
    ["until", new Date(request.expiresAtUs / 1000).toISOString()],
  ];
  const table = rows
    .filter(([, value]) => value.trim() !== "")
    .map(([name, value]) => `<tr><th align="left">${name}</th><td>${escaped(value)}</td></tr>`)
    .join("");
  const form =
    state === "asked"
      ? `<form method="post"><input type="hidden" name="token" value="${escaped(token)}">
<p><label>Comment <input name="comment" maxlength="512"></label></p>
<p><button name="answer" value="approved">Approve</button> <button name="answer" value="denied">Deny</button></p></form>
<p>You answer as ${escaped(who)}. Exactly this action may run, once.</p>`
      : `<p>This approval is ${state}.</p>`;
  return page("An action waits for approval", `<table>${table}</table>${form}`);
}

export function messagePage(message: string): string {
  return page("Approval", `<p>${escaped(message)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>\n`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Characters that hide or turn around what stands beside them are shown as `·`, as on a terminal. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·")
    .replaceAll(/[&<>"']/gu, (character) => entities[character] ?? "");
}
