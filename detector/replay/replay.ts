import { stat } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { batchesOf, type BadLine } from "./batches.ts";
import type { Splitter } from "./lines.ts";
import type { LineReader } from "./reader.ts";
import { openResume, resumeKey } from "./resume.ts";
import type { ReplayTarget } from "./target.ts";

export interface ReplayOptions {
  readonly files: readonly string[];
  readonly target: ReplayTarget;
  readonly clock: Clock;
  /** What the lines of the files are; recorded actions unless told. */
  readonly read?: LineReader;
  /** How the files are cut into them; by line ends unless told. */
  readonly split?: () => Splitter;
  readonly spansPerBatch?: number;
  /** Spans a second; without it as fast as the target takes them. */
  readonly rateLimit?: number;
  readonly resumeFile?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReplayProgress) => void;
  readonly onBadLine?: (bad: BadLine) => void;
  /** Told what the target said of spans it did not take. */
  readonly onRejected?: (rejected: { readonly count: number; readonly message: string }) => void;
}

/** Of this run; of recorded actions `lines = sent + rejected + bad`. Lines skipped by resuming are in none of them. */
export interface ReplayCounts {
  /** Lines read; of conversations each may hold many spans. */
  readonly lines: number;
  /** Spans the target took. */
  readonly sent: number;
  /** Spans the target did not take. */
  readonly rejected: number;
  readonly bad: number;
}

interface ReplayProgress extends ReplayCounts {
  readonly file: string;
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/**
 * Plays files of recorded actions to a target, in order, one batch at a time. With a resume file it goes on where it was
 * stopped: after the last batch that was acknowledged. A crash between acknowledgement and note sends one batch again,
 * which changes nothing in the store because span ids are computed.
 */
export async function replay(options: ReplayOptions): Promise<ReplayCounts> {
  const {
    files,
    target,
    clock,
    spansPerBatch = 500,
    read,
    split,
    rateLimit,
    signal,
    onProgress,
    onBadLine,
    onRejected,
  } = options;
  const sizes = await sizesOf(files);
  const bytesTotal = [...sizes.values()].reduce((total, bytes) => total + bytes, 0);
  const resume = await openResume(options.resumeFile);
  const startedMs = clock.nowMs();
  let counts: ReplayCounts = { lines: 0, sent: 0, rejected: 0, bad: 0 };
  let bytesBefore = 0;
  for (const [file, bytes] of sizes) {
    const key = resumeKey({ target: target.name, file, bytes });
    const from = {
      spansMax: spansPerBatch,
      afterLine: resume.lineOf(key),
      ...(read && { read }),
      ...(split && { split }),
    };
    for await (const batch of batchesOf(file, from)) {
      const done = counts.sent + counts.rejected;
      await clock.sleep(pauseMs({ spans: done, rateLimit, passedMs: clock.nowMs() - startedMs }), signal);
      signal?.throwIfAborted();
      const { rejected, message } =
        batch.spans.length === 0 ? nothing : await target.send(batch.spans, signal);
      await resume.reach(key, batch.to);
      counts = {
        lines: counts.lines + batch.lines,
        sent: counts.sent + batch.spans.length - rejected,
        rejected: counts.rejected + rejected,
        bad: counts.bad + batch.bad.length,
      };
      for (const bad of batch.bad) onBadLine?.(bad);
      if (rejected > 0) onRejected?.({ count: rejected, message });
      onProgress?.({ ...counts, file, bytesRead: bytesBefore + batch.bytesRead, bytesTotal });
    }
    bytesBefore += bytes;
  }
  return counts;
}

const nothing = { rejected: 0, message: "" };

/** How long to wait so that `spans` spans in `passedMs` are no more than `rateLimit` a second. */
export function pauseMs({
  spans,
  rateLimit,
  passedMs,
}: {
  spans: number;
  rateLimit: number | undefined;
  passedMs: number;
}): number {
  return rateLimit === undefined ? 0 : Math.max(0, Math.ceil((spans / rateLimit) * 1000) - passedMs);
}

/** Asked before anything is sent, so that a mistyped last file does not come out after an hour. */
async function sizesOf(files: readonly string[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const file of files) {
    try {
      sizes.set(file, (await stat(file)).size);
    } catch (error) {
      throw new Error(`cannot read ${file}: there is no such file, or no permission`, { cause: error });
    }
  }
  return sizes;
}
