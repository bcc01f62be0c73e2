import { z } from "zod";
import { ActionKind } from "../../schemas/index.ts";

/**
 * One line of a file of recorded actions. Fields that are not here are dropped when the line is read: `args` holds values
 * that an SDK would not emit, and labels are for scoring.
 */
export const ReplayLine = z.object({
  run_id: z.string().min(1),
  identity: z.string().min(1),
  session: z.string().min(1),
  ts: z.iso.datetime({ offset: true }),
  seq: z.number().int().nonnegative(),
  kind: ActionKind,
  operation: z.string().min(1),
  resource: z.string().exactOptional(),
  resource_type: z.string().exactOptional(),
  resource_origin: z.string().exactOptional(),
  resources: z.array(z.object({ type: z.string(), value: z.string(), origin: z.string() })).exactOptional(),
  mutating: z.boolean().exactOptional(),
  status: z.enum(["ok", "error", "denied", "unknown"]),
  out_chars: z.number().int().nonnegative().exactOptional(),
  args_digest: z.string().exactOptional(),
  // From here on: lines made of CloudTrail events.
  source: z.string().exactOptional(),
  client: z.string().exactOptional(),
  source_ip: z.string().exactOptional(),
  region: z.string().exactOptional(),
  account: z.string().exactOptional(),
  error: z.string().exactOptional(),
});
export type ReplayLine = Readonly<z.infer<typeof ReplayLine>>;

export type ParsedLine =
  | { readonly ok: true; readonly line: ReplayLine }
  | { readonly ok: false; readonly reason: string };

/** Reads one line; the reason of a refusal names the field and never quotes its value. */
export function parseLine(text: string): ParsedLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: "is not JSON" };
  }
  const parsed = ReplayLine.safeParse(json);
  if (parsed.success) return { ok: true, line: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  return { ok: false, reason: issues.join("; ") };
}
