const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `7d` (so long before now) or an instant; gives an instant, ISO 8601. Throws a sentence for anything else. */
export function sinceInstant(since: string, nowMs: number): string {
  const ago = /^(?<count>[1-9]\d{0,5})(?<unit>[smhd])$/u.exec(since)?.groups;
  const atMs =
    ago === undefined ? Date.parse(since) : nowMs - Number(ago["count"]) * (unitMs[ago["unit"] ?? ""] ?? 0);
  if (Number.isNaN(atMs))
    throw new Error(
      `--since is ${since}; it must be 30m, 12h, 7d, or an instant such as 2026-02-03T00:00:00Z`,
    );
  return new Date(Math.max(atMs, 0)).toISOString();
}
