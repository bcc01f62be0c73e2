/** Parts of the week and of the network hold what the runtime's own calendar and address lists say. */
import { BlockList } from "node:net";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { durationUs } from "../../policy/duration.ts";
import { compileHours } from "../../policy/hours.ts";
import { compileNetworks } from "../../policy/networks.ts";
import { usOf } from "../support/policy.ts";

describe("hours", () => {
  const isIn = (
    zone: string,
    from: string,
    until: string,
    at: string,
    days: readonly string[] = ["sun"],
  ): boolean =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Names of days.
    compileHours({ days: days as ["sun"], from, until, zone })(usOf(at));

  test.each([
    // Berlin's clocks go from 2:00 to 3:00 on 29 March 2026, and from 3:00 back to 2:00 on 25 October.
    { zone: "Europe/Berlin", from: "01:00", until: "03:30", at: "2026-03-28T23:59:59Z", is: false },
    { zone: "Europe/Berlin", from: "01:00", until: "03:30", at: "2026-03-29T00:00:00Z", is: true },
    { zone: "Europe/Berlin", from: "01:00", until: "03:30", at: "2026-03-29T01:29:59Z", is: true },
    { zone: "Europe/Berlin", from: "01:00", until: "03:30", at: "2026-03-29T01:30:00Z", is: false },
    { zone: "Europe/Berlin", from: "02:30", until: "02:45", at: "2026-10-25T00:30:00Z", is: true },
    { zone: "Europe/Berlin", from: "02:30", until: "02:45", at: "2026-10-25T01:30:00Z", is: true },
    { zone: "Europe/Berlin", from: "02:30", until: "02:45", at: "2026-10-25T01:45:00Z", is: false },
    { zone: "Asia/Kathmandu", from: "05:45", until: "06:00", at: "2026-03-01T00:00:00Z", is: true },
    { zone: "America/New_York", from: "22:00", until: "02:00", at: "2026-03-02T06:59:59Z", is: true },
    { zone: "America/New_York", from: "22:00", until: "02:00", at: "2026-03-02T07:00:00Z", is: false },
    { zone: "America/New_York", from: "22:00", until: "02:00", at: "2026-03-01T06:30:00Z", is: false },
    { zone: "UTC", from: "00:00", until: "00:00", at: "2026-03-01T23:59:59Z", is: true },
    { zone: "UTC", from: "00:00", until: "00:00", at: "2026-03-02T00:00:00Z", is: false },
  ])("$from to $until in $zone at $at: $is", ({ zone, from, until, at, is }) => {
    expect(isIn(zone, from, until, at)).toBe(is);
  });

  test("agree with what the calendar prints, in any zone at any instant", () => {
    const zones = fc.constantFrom(
      "Europe/Berlin",
      "America/St_Johns",
      "Australia/Lord_Howe",
      "Asia/Tokyo",
      "Africa/Casablanca",
      "UTC",
    );
    const atMs = fc.integer({ min: Date.parse("1995-01-01"), max: Date.parse("2035-01-01") });
    fc.assert(
      fc.property(zones, atMs, (zone, ms) => {
        const format = new Intl.DateTimeFormat("en-GB", {
          timeZone: zone,
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
        });
        const [day = "", clock = ""] = format.format(ms).toLowerCase().split(/,? /u);
        const [hour, minute] = clock.split(":").map(Number) as [number, number];
        const next = `${String(hour + (minute === 59 ? 1 : 0)).padStart(2, "0")}:${String((minute + 1) % 60).padStart(2, "0")}`;
        const until = next === "24:00" ? "00:00" : next;
        expect(isIn(zone, clock, until, new Date(ms).toISOString(), [day])).toBe(true);
        expect(
          isIn(zone, until, clock === "00:00" ? "23:59" : clock, new Date(ms).toISOString(), [day]),
        ).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("an instant that no calendar holds is in none", () => {
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 1e300])
      expect(compileHours({ days: ["mon"], from: "00:00", until: "00:00", zone: "UTC" })(at)).toBe(false);
  });
});

describe("networks", () => {
  const v4 = fc.ipV4();
  const v6 = fc.ipV6();
  test("agree with what the runtime says", () => {
    const blocks = fc.oneof(fc.tuple(v4, fc.nat({ max: 32 })), fc.tuple(v6, fc.nat({ max: 128 })));
    fc.assert(
      fc.property(fc.array(blocks, { minLength: 1, maxLength: 3 }), fc.oneof(v4, v6), (all, address) => {
        const family = (text: string): "ipv4" | "ipv6" => (text.includes(":") ? "ipv6" : "ipv4");
        for (const [base, bits] of all) {
          const list = new BlockList();
          list.addSubnet(base, bits, family(base));
          // The two differ on purpose where version 4 may be meant by version 6.
          if (family(base) !== family(address) || /^0?:|::/u.test(address)) continue;
          expect(compileNetworks([`${base}/${bits}`])(address)).toBe(list.check(address, family(address)));
          expect(compileNetworks([`${base}/${bits}`])(base)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:a01:203", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["10.1.2.3", "10.1.2.3", true],
    ["10.1.2.3", "10.1.2.4", false],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "2001:db8::1", true],
    ["::/0", "10.1.2.3", false],
    ["2001:db8::/32", "2001:DB8:0:0:0:0:0:1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["10.0.0.0/8", "010.1.2.3", false],
    ["10.0.0.0/8", "10.1.2", false],
    ["10.0.0.0/8", "10.1.2.3.4", false],
    ["10.0.0.0/8", "10.1.2.3 ", false],
    ["10.0.0.0/8", "10.1.2.256", false],
    ["10.0.0.0/8", "0x0a.1.2.3", false],
    ["10.0.0.0/8", "10.1.2.3:443", false],
    ["::/0", "2001:db8::1%eth0", false],
    ["::/0", "1::2::3", false],
    ["::/0", "1:2:3:4:5:6:7:8:9", false],
    ["::/0", "1:2:3:4:5:6:7", false],
    ["::/0", "1.2.3.4::", false],
    ["::/0", ":::", false],
    ["::/0", "", false],
    ["nonsense", "10.1.2.3", false],
    ["10.0.0.0/33", "10.1.2.3", false],
  ])("%s and %s: %s", (block, address, is) => {
    expect(compileNetworks([block])(address)).toBe(is);
  });

  test("no text makes it fail", () => {
    fc.assert(
      fc.property(fc.string(), (text) =>
        expect(typeof compileNetworks(["::/0", text])(text)).toBe("boolean"),
      ),
    );
  });
});

test.each([
  ["500ms", 500_000],
  ["30s", 30_000_000],
  ["15m", 900_000_000],
  ["8h", 28_800_000_000],
  ["90d", 7_776_000_000_000],
])("%s are %d microseconds", (words, us) => {
  expect(durationUs(words)).toBe(us);
});
