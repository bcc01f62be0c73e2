/** Deploys a version of a service; run by the job, with the key in DEPLOY_KEY. */
import { start } from "answerable/instrumentation";

// Without --import: one line, and nothing is patched but what is called here.
const { resourceAccess } = start();
const [service, version] = process.argv.slice(2);
if (!process.env.DEPLOY_KEY) throw new Error("DEPLOY_KEY is missing");
const target = { id: `cluster/${service}`, kind: "deployment", mutating: true };
await resourceAccess("deployments.set_image", target, async () => `${service} runs ${version}`);
