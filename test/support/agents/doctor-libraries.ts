/** Says as JSON what `answerable doctor` sees of the libraries in the working folder, by wrappers made up for the test. */
import { register } from "node:module";
import { createAddHookMessageChannel } from "import-in-the-middle";
import { librariesOf } from "../../../instrumentation/doctor/libraries.ts";
import { installWrappers } from "../../../instrumentation/wrappers/hooks.ts";
import type { Wrapper } from "../../../instrumentation/wrappers/wrapper.ts";

const wrapperOf = (id: string, ...packages: readonly string[]): Wrapper => ({
  id,
  packages,
  patch: (exports) => ("send" in exports ? () => undefined : undefined),
});
const wrappers: readonly Wrapper[] = [
  wrapperOf("known", "known-lib", "absent-lib"),
  wrapperOf("changed", "changed-lib"),
  wrapperOf("parts", "parts-lib", "parts-lib/client"),
  wrapperOf("module", "module-lib"),
  wrapperOf("broken", "broken-lib"),
  { id: "channel", packages: [], listen: () => () => undefined },
];

const { registerOptions, waitForAllMessagesAcknowledged } = createAddHookMessageChannel();
register("import-in-the-middle/hook.mjs", import.meta.url, registerOptions);
const installed = process.argv[2] === "without" ? undefined : installWrappers(wrappers);
await waitForAllMessagesAcknowledged();
const found = await librariesOf(process.cwd(), wrappers, installed);
process.stdout.write(JSON.stringify(found.map(({ name, version, state }) => [name, version ?? "", state])));
