import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "../../../detector/store/embedded/free-ports.ts";
import { tempFolder } from "../temp-folder.ts";
import { kafkaClassPath } from "./jars.ts";
import { brokerProperties } from "./properties.ts";

const run = promisify(execFile);
const jvm = [
  "-Xms64m",
  "-Xmx256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Xshare:auto",
  "-XX:-UsePerfData",
];
const readyWithinMs = 60_000;
const stopWithinMs = 10_000;

/** A real broker of one node on loopback, with a folder of its own. */
export interface KafkaServer {
  readonly brokers: readonly string[];
  pid(): number;
  /** Stops it for good and removes its folder. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and data. */
  restart(): Promise<void>;
}

/** Starts a broker and resolves once it takes requests. It dies with the process that started it. */
export async function startKafka(): Promise<KafkaServer> {
  const classPath = await kafkaClassPath();
  const folder = tempFolder("kafka");
  const config = join(folder.path, "server.properties");
  const [port = 0, controllerPort = 0] = await freePorts(2);
  writeFileSync(config, brokerProperties({ port, controllerPort, dataDir: join(folder.path, "data") }));
  const start = (): Promise<ChildProcess> => launch(classPath, config);
  try {
    const id = randomBytes(16).toString("base64url");
    await run("java", [
      ...jvm,
      "-cp",
      classPath,
      "kafka.tools.StorageTool",
      "format",
      // With =, as an id may begin with a dash.
      `--cluster-id=${id}`,
      "-c",
      config,
    ]);
    let broker = await start();
    return {
      brokers: [`127.0.0.1:${port}`],
      pid: () => broker.pid ?? 0,
      kill: () => end(broker, "SIGKILL"),
      restart: async () => void (broker = await start()),
      stop: async () => {
        await end(broker, "SIGTERM");
        folder.remove();
      },
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

async function launch(classPath: string, config: string): Promise<ChildProcess> {
  const command = ["java", ...jvm, "-cp", classPath, "kafka.Kafka", config];
  // Where the system offers it, the kernel ends the broker with its starter, however that one went.
  const bound = existsSync("/usr/bin/setpriv") ? ["setpriv", "--pdeathsig", "KILL", ...command] : command;
  const [program = "java", ...args] = bound;
  const broker = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new Error(`Kafka ${why}. It said last:\n${said.join("").slice(-4_000)}`));
      const timer = setTimeout(() => fail(`was not ready within ${readyWithinMs} ms`), readyWithinMs);
      const hear = (text: string): void => {
        if (said.push(text) > 200) said.shift();
        // Looked for in what was said so far, as a line may arrive in two parts.
        if (!said.slice(-2).join("").includes("Kafka Server started")) return;
        clearTimeout(timer);
        resolve();
      };
      broker.stdout.setEncoding("utf8").on("data", hear);
      broker.stderr.setEncoding("utf8").on("data", hear);
      broker.once("error", (error) => fail(error.message));
      broker.once("exit", (code, signal) => {
        clearTimeout(timer);
        fail(`ended (code ${code}, signal ${signal})`);
      });
    });
  } catch (error) {
    await end(broker, "SIGKILL");
    throw error;
  }
  return broker;
}

async function end(broker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (broker.pid === undefined || broker.exitCode !== null || broker.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const insist = setTimeout(() => broker.kill("SIGKILL"), stopWithinMs);
    broker.once("exit", () => {
      clearTimeout(insist);
      resolve();
    });
    broker.kill(signal);
  });
}
