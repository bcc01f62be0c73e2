import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../test/support/poll.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { startClickHouse } from "../clickhouse.ts";
import { pause } from "../load.ts";
import type { Scenario } from "../scenario.ts";
import { expectRunning, openStage } from "../stage.ts";
import type { World } from "../world.ts";

const diskMegabytes = 192;
const rounds = 3;
const fullMs = 8_000;

/** A disk of the store's own that fills up to the last byte, or nearly, while chunks are written, and has room again later. */
export const diskFull: Scenario = {
  name: "disk-full",
  about: `a small disk under ClickHouse, filled to the last byte three times (mounts a tmpfs: needs root)`,
  async run(soak) {
    const { draw, say, world } = soak;
    const disk = smallDisk(world);
    const server = await startClickHouse(disk);
    world.atEnd(() => server.stop());
    const stage = await openStage(soak, { clickhouse: server.url });
    const roles = [stage.start("process"), stage.start("detect")] as const;
    stage.load();
    for (let round = 1; round <= rounds; round += 1) {
      await stage.more(Math.ceil(600 * draw()));
      const before = refusals(roles[1].logs());
      // Room for a few more writes, so that one of them ends half-way.
      const leftBytes = Math.floor(draw() * 256 * 1024);
      const ballast = fill(disk, leftBytes);
      await until("the store refuses", () => refusals(roles[1].logs()) > before, 120_000);
      await pause(fullMs);
      rmSync(ballast);
      say(`${String(round)} of ${String(rounds)}: full for ${String(fullMs / 1000)} s`);
    }
    await stage.more(600);
    expectRunning(roles);
    return stage.prove();
  },
};

const refusals = (logs: string): number => logs.split("storing a chunk failed").length - 1;

function smallDisk(world: World): string {
  const folder = tempFolder("disk");
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${String(diskMegabytes)}m`, "tmpfs", folder.path]);
  } catch (error) {
    folder.remove();
    throw new Error(
      "a tmpfs can't be mounted here; run as root, or: unshare --user --map-root-user --mount npm run soak",
      { cause: error },
    );
  }
  world.atEnd(() => {
    execFileSync("umount", ["--lazy", folder.path]);
    folder.remove();
  });
  return folder.path;
}

/** Fills a disk up but for some bytes, and gives the file that does it. */
function fill(disk: string, leftBytes: number): string {
  const path = join(disk, "ballast");
  const spare = join(disk, "spare");
  const write = (file: string, bytes: number): void => {
    const at = openSync(file, "w");
    try {
      const part = Buffer.alloc(4096);
      for (let written = 0; written < bytes;) written += writeSync(at, part);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    } finally {
      closeSync(at);
    }
  };
  write(spare, leftBytes);
  write(path, Number.POSITIVE_INFINITY);
  rmSync(spare);
  return path;
}
