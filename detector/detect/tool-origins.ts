import type { ActionView } from "./action-view.ts";

/** How an origin begins that is the output of a tool. */
const fromTool = "tool:";

/** Whether what an action touched, or an argument of it, was named by a tool's output. */
export function hasToolOrigin(action: ActionView): boolean {
  if (action.resourceOrigin.startsWith(fromTool)) return true;
  if (action.furtherOrigins.some((one) => one.startsWith(fromTool))) return true;
  return action.attribute("nhi.args.origin")?.includes(`"${fromTool}`) === true;
}

/** The operations out of whose output those names came, each as often as it gave one. */
export function toolOrigins(action: ActionView): readonly string[] {
  const named = action.resources.map(({ origin }) => origin).filter((one) => one.startsWith(fromTool));
  const given = action.attribute("nhi.args.origin")?.matchAll(/"tool:([^"\\]{1,256})"/gu) ?? [];
  return [...named.map((one) => one.slice(fromTool.length)), ...Array.from(given, ([, name = ""]) => name)];
}
