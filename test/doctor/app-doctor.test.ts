/** Goal: whatever the app's copy of answerable and its libraries do, the doctor comes back with what it knows. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { lookAtApp } from "../../detector/doctor/app-doctor.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

let temp: TempFolder;
beforeEach(() => {
  temp = tempFolder("app-doctor");
});
afterEach(() => temp.remove());

/** An app whose copy of answerable looks at it with this code. */
function appThat(code: string): string {
  const installed = join(temp.path, "node_modules/answerable");
  mkdirSync(join(installed, "dist/instrumentation/doctor"), { recursive: true });
  writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "answerable", type: "module" }));
  writeFileSync(join(installed, "dist/instrumentation/register.js"), "globalThis.registered = true;");
  writeFileSync(join(installed, "dist/instrumentation/doctor/main.js"), code);
  return temp.path;
}

const checks =
  '[{ id: "node", state: "ok", says: `in ${process.cwd()}, registered: ${globalThis.registered}` }]';

test("the app's own copy is asked, in the app's folder, and started as the app is", async () => {
  const app = appThat(`console.log("noise"); process.send({ isWhole: true, checks: ${checks}, facts: {} });`);
  expect(await lookAtApp(app)).toMatchObject({ checks: [{ says: `in ${app}, registered: true` }] });
});

test("a library that ends the process when it is loaded costs what would have been said of libraries", async () => {
  const app = appThat(
    `process.send({ isWhole: false, checks: ${checks}, facts: {} }, () => process.exit(0));`,
  );
  const { isWhole, checks: told } = await lookAtApp(app);
  expect(isWhole).toBe(false);
  expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual(["node ok", "libraries note"]);
});

test("one that fails is told by the line that says why", async () => {
  const app = appThat('throw new TypeError("it is broken");');
  await expect(lookAtApp(app)).rejects.toThrow(
    /^the look at the app in .* broke off: TypeError: it is broken$/u,
  );
});

test("one that says something else is not believed", async () => {
  const app = appThat('process.send({ hello: "world" }, () => process.disconnect());');
  await expect(lookAtApp(app)).rejects.toThrow(/broke off$/u);
});
