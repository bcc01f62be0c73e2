import type { Conditions } from "../schemas/index.ts";

type Hours = NonNullable<Conditions["hours"]>;

/** As the contract writes them, Sunday first: 1970 began on a Thursday. */
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const firstDay = 4;
const minuteUs = 60_000_000;
const dayMinutes = 1440;

/** Clocks are set at whole quarters of an hour, so that within one there is one offset. */
const quarterUs = 15 * minuteUs;
/** Offsets remembered of a zone; all are forgotten at once when full. */
const offsetsMax = 4096;
/** Zones remembered; further ones are made anew for each grant. */
const zonesMax = 1024;
const zones = new Map<string, Offset | undefined>();

/** Minutes that the clocks of a zone are ahead of UTC. */
type Offset = (atUs: number) => number;

/**
 * Compiles a part of the week. Clocks are those of its zone, also when they are set. `until` is exclusive; where it is not after `from`
 * it is that of the next day. A zone that nobody knows has no hours.
 *
 * @example
 * const isOpen = compileHours({ days: ["mon"], from: "09:00", until: "17:00", zone: "Europe/Berlin" });
 */
export function compileHours({ days: named, from, until, zone }: Hours): (atUs: number) => boolean {
  const offset = offsetOf(zone);
  if (offset === undefined) return () => false;
  const isNamed = days.map((day) => named.includes(day));
  const [begin, end] = [minutesOf(from), minutesOf(until)];
  return (atUs) => {
    // What no calendar holds is in no part of the week.
    if (!(Math.abs(atUs) < farthestUs)) return false;
    const minutes = Math.floor(atUs / minuteUs) + offset(atUs);
    const day = Math.floor(minutes / dayMinutes);
    const minute = minutes - day * dayMinutes;
    const today = isNamed[weekdayOf(day)]!;
    if (begin < end) return today && minute >= begin && minute < end;
    return (today && minute >= begin) || (isNamed[weekdayOf(day - 1)]! && minute < end);
  };
}

/** The farthest instant that a calendar holds. */
const farthestUs = 8.64e18;

const weekdayOf = (day: number): number => (((day + firstDay) % 7) + 7) % 7;

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** Whether there is a zone of that name. */
export const isZone = (zone: string): boolean => offsetOf(zone) !== undefined;

function offsetOf(zone: string): Offset | undefined {
  if (zones.has(zone)) return zones.get(zone);
  const made = makeOffset(zone);
  if (zones.size < zonesMax) zones.set(zone, made);
  return made;
}

function makeOffset(zone: string): Offset | undefined {
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  const known = new Map<number, number>();
  return (atUs) => {
    const quarter = Math.floor(atUs / quarterUs);
    const remembered = known.get(quarter);
    if (remembered !== undefined) return remembered;
    if (known.size >= offsetsMax) known.clear();
    const made = aheadOfUtc(format, (quarter * quarterUs) / 1000);
    known.set(quarter, made);
    return made;
  };
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
    });
  } catch {
    return undefined;
  }
}

function aheadOfUtc(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get("era") === "BC" ? 1 - number("year") : number("year");
  const local = new Date(0);
  local.setUTCFullYear(year, number("month") - 1, number("day"));
  local.setUTCHours(number("hour"), number("minute"));
  return Math.round((local.getTime() - atMs) / 60_000);
}
