/**
 * Goal: who slowly does more is found before it does much more, and who does what it always did is left alone.
 * Method: generated lives of a year and ramps from fixed seeds, through the book of days that the detector keeps; and a book that is
 * packed after each day, beside one that never is.
 */
import { describe, expect, test } from "@jest/globals";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import { DayBook } from "../../detector/learn/volume/day-book.ts";
import { falsePerYear } from "../../detector/learn/volume/budget.ts";
import { measures } from "../../detector/learn/volume/measures.ts";
import { cusumLevel, tailOf, tOfZ, zOf, zOfT } from "../../detector/learn/volume/odds.ts";
import { chanceOf } from "../support/poisoning/chance.ts";
import { falseOn, rampOn } from "../support/poisoning/days.ts";
import { Life, shapes, workHours } from "../support/poisoning/lives.ts";

const [steady] = shapes;

describe("of identities that vary by chance alone", () => {
  test("a year brings no more findings than the budget says", () => {
    const years = 80;
    let found = 0;
    for (let nth = 0; nth < years; nth += 1) found += falseOn(steady!, chanceOf(nth), 365).found.length;
    // Three standard deviations above what is expected of so few.
    expect(found).toBeLessThanOrEqual(falsePerYear * years + 3 * Math.sqrt(falsePerYear * years));
  });

  test.each([
    { growth: 0.02, least: 38 },
    { growth: 0.05, least: 38 },
    { growth: 0.1, least: 36 },
    { growth: 0.3, least: 26 },
  ])("a ramp of $growth a day is found below 2.5 times in $least of 40", ({ growth, least }) => {
    let caught = 0;
    for (let nth = 0; nth < 40; nth += 1)
      if ((rampOn(steady!, chanceOf(900 + nth), growth)?.reached ?? 10) <= 2.5) caught += 1;
    expect(caught).toBeGreaterThanOrEqual(least);
  });
});

/** A book that was packed and read back. */
function copyOf(book: DayBook): DayBook {
  const writer = new ByteWriter();
  book.pack(writer);
  const copy = new DayBook(measures);
  copy.unpack(new ByteReader(Buffer.from(writer.finish())));
  return copy;
}

const bytesOf = (book: DayBook): string => {
  const writer = new ByteWriter();
  book.pack(writer);
  return writer.finish().toString("hex");
};

test("a book that is packed again and again says and keeps the same, in 1,000 bytes at most", () => {
  const life = new Life(shapes[1]!, chanceOf(7));
  let packed = new DayBook(measures);
  const kept = new DayBook(measures);
  for (let day = 20_000; day < 20_200; day += 1) {
    const multiple = day > 20_150 ? 3 : 1;
    for (const [nth, amounts] of life.day(day, multiple).entries()) {
      for (const book of [packed, kept]) {
        book.turn(day);
        const crossings = book.crossings(day * 24 + workHours[nth]!, amounts);
        book.count(day * 24 + workHours[nth]!, amounts);
        book.learn();
        if (crossings.length > 0) book.tell(crossings, 2);
        if (day === 20_160) book.accept();
      }
      packed = copyOf(packed);
    }
    expect(bytesOf(packed)).toBe(bytesOf(kept));
    expect(bytesOf(packed).length / 2).toBeLessThanOrEqual(1000);
  }
  expect(kept.generation).toBe(1);
  // What was accepted is usual now.
  expect(kept.series[0]!.usual).toBeGreaterThan(100);
});

describe("odds", () => {
  test("are those of the tables", () => {
    expect(tailOf(1.959964)).toBeCloseTo(0.025, 6);
    expect(zOf(0.001)).toBeCloseTo(3.0902, 4);
    // Student's t with 10 degrees of freedom: 0.1 % lie above 4.144.
    expect(zOfT(4.1437, 10)).toBeCloseTo(3.0902, 1);
    expect(zOfT(tOfZ(2.5, 27), 27)).toBeCloseTo(2.5, 9);
  });

  test("a CUSUM of a known mean has the run length of the tables", () => {
    // Allowance 0.5, level 4: 336 days two-sided in the tables give 2 * 168 one-sided (Montgomery, table 9.4), within a tenth.
    expect(cusumLevel(1 / 336, 0.5, 1e9)).toBeGreaterThan(3.8);
    expect(cusumLevel(1 / 336, 0.5, 1e9)).toBeLessThan(4.2);
  });
});
