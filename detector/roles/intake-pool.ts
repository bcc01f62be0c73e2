import { Worker } from "node:worker_threads";
import type { IncomingBatch } from "../ingest/ports.ts";
import type { Log } from "../log.ts";
import type { IntakeOptions } from "../stream/intake.ts";
import { take, type Taken } from "./take.ts";

/** What the thread is asked. */
export interface Asked {
  readonly id: number;
  readonly batch: Pick<IncomingBatch, "body" | "encoding" | "client">;
}

/** What the thread answers; the records' values are one buffer, with the place where each of them ends. */
export interface Told {
  readonly id: number;
  readonly taken: Taken;
  readonly values: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
}

/** Turns requests into records, large ones on a thread of their own. */
export interface IntakePool {
  /** Rejects when the thread ended under this request; the next one has a new thread. */
  take(batch: IncomingBatch): Promise<Taken>;
  stop(): Promise<void>;
}

/**
 * Bodies up to these sizes are decoded at once: it takes a few milliseconds, whatever is in them, and is cheaper than
 * handing them over. JSON is dearer by the byte, at its worst (objects without content) by twenty times.
 */
const atOnceBytesMax = { otlp_proto: 128 * 1024, otlp_json: 32 * 1024 } as const;

/**
 * The heap of the thread, far above what the limits let a request come to. Were one to pass it all the same, the thread
 * would end and nothing else.
 */
const heap = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 } as const;

interface Waiting {
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the thread and begins to take requests. */
export function intakePool(options: IntakeOptions, log: Log): IntakePool {
  const { limits, recordBytesMax } = options;
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let stopping = false;
  let thread: Worker | undefined = started();

  function started(): Worker {
    const worker = new Worker(new URL("./intake-thread.js", import.meta.url), {
      workerData: { limits, recordBytesMax },
      resourceLimits: heap,
    });
    worker.unref();
    worker.on("message", (told: Told) => {
      waiting.get(told.id)?.resolve(assembled(told));
      waiting.delete(told.id);
    });
    const ended = (error: Error): void => {
      if (worker !== thread || stopping) return;
      log("error", "The thread that decodes requests ended; the next one begins with the next request.", {
        reason: error.message,
      });
      thread = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.on("error", ended).on("exit", () => ended(new Error("it exited")));
    return worker;
  }

  return {
    async take(batch) {
      if (batch.body.length <= atOnceBytesMax[batch.encoding]) return take(batch, options);
      const { encoding, client } = batch;
      const body = ownBytes(batch.body);
      asked += 1;
      const id = asked;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        const message: Asked = { id, batch: { body, encoding, client } };
        thread ??= started();
        thread.postMessage(message, [body.buffer]);
      });
    },
    async stop() {
      stopping = true;
      await thread?.terminate();
    },
  };
}

/** Bytes that can be given away: nothing else lies in their buffer. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}

function assembled({ taken, values, ends }: Told): Taken {
  if (!taken.ok) return taken;
  const records = taken.records.map((record, at) => ({
    ...record,
    value: values.subarray(ends[at - 1] ?? 0, ends[at]),
  }));
  return { ...taken, records };
}
