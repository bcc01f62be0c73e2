import type { Area } from "../figure.ts";
import { callSite, off } from "./call-site.ts";
import { cpuPerAction } from "./cpu.ts";
import { startUp } from "./start-up.ts";

/** What the SDK costs the process that it runs in. */
export const sdk: Area = {
  area: "sdk",
  async run(progress) {
    progress("sdk: call-site, off");
    const nothing = off();
    return [...(await callSite()), nothing, await cpuPerAction(progress), ...(await startUp(progress))];
  },
};
