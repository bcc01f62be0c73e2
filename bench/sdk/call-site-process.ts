import { callCost } from "./call-site.ts";

process.stdout.write(JSON.stringify(await callCost(process.argv[2] === "joined" ? "joined" : "alone")));
