import { expect, jest, test } from "@jest/globals";
import { once } from "../../detector/once.ts";

test("work is done once, however often and early it is asked for", async () => {
  const work = jest.fn(async () => 7);
  const get = once(work);
  expect(await Promise.all([get(), get()])).toEqual([7, 7]);
  expect(await get()).toBe(7);
  expect(work).toHaveBeenCalledTimes(1);
});

test("a failure is told to all who wait, and not kept", async () => {
  let isBack = false;
  const work = jest.fn(async () => {
    if (!isBack) throw new Error("away");
    return 7;
  });
  const get = once(work);
  const told = await Promise.allSettled([get(), get()]);
  expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isBack = true;
  expect(await get()).toBe(7);
  expect(work).toHaveBeenCalledTimes(2);
});
