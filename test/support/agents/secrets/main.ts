/** An agent that uses what it may use, with secrets wherever they may stand. With `start` it asks for it by a line, else `register` has. */
import { start } from "../../../../instrumentation/index.ts";
import { plantAll, worldOf } from "../../secrets/position.ts";
import { awsPositions } from "./aws.ts";
import { idPositions } from "./ids.ts";
import { mcpPositions } from "./mcp.ts";
import { endPool, pgPositions } from "./pg.ts";
import { programPositions } from "./programs.ts";
import { toolPositions } from "./tools.ts";
import { webPositions } from "./web.ts";

const own = [...toolPositions, ...idPositions];
const ofLibraries = [...webPositions, ...mcpPositions, ...pgPositions, ...awsPositions, ...programPositions];

const answerable = start();
const world = worldOf(process.env);
const positions = process.argv.includes("start") ? own : [...own, ...ofLibraries];
await plantAll(positions, world);
await endPool();
await answerable.stop();
process.stdout.write(JSON.stringify(positions.map(({ name, operation }) => ({ name, operation }))));
