import type { Consumer } from "kafkajs";
import type { Running } from "../stream/record-source.ts";

/** A broker that is away must not keep a role from ending; what was under way is read again by whoever comes next. */
const stopWithinMs = 4_000;
/** When to ask again for a coordinator of the group: a broker that has just started has none for some seconds. */
const againMs = 1_000;

export interface Life extends Running {
  /** Tells an error of ours that the client must not try again; passes its own errors back to it. */
  readonly failed: (error: unknown) => never;
  /** Leaves and begins again, for what the client would not notice by itself. */
  anew(): Promise<void>;
}

/**
 * Fails when a consumer can't go on: its crash, or an error in what it calls. A crash that the client gets over by
 * itself disconnects it too, so that events of stopping say nothing here.
 *
 * @param underWay work that the client doesn't wait for by itself.
 * @param begin connects and runs the consumer; called again where the client gives up and should not.
 */
export async function live(
  consumer: Consumer,
  underWay: ReadonlySet<Promise<void>>,
  begin: (failed: Life["failed"]) => Promise<void>,
): Promise<Life> {
  let again: NodeJS.Timeout | undefined;
  let isStopping = false;
  let fail: ((error: unknown) => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return;
      if (payload.error.name !== "KafkaJSGroupCoordinatorNotFound") return reject(explained(payload.error));
      clearTimeout(again);
      if (!isStopping) again = setTimeout(() => begin(life.failed).catch(reject), againMs);
    });
  });
  // Whoever waits hears of it all the same; without this an error nobody waits for yet would end the process.
  ended.catch(() => undefined);
  const life: Life = {
    ended,
    failed(error) {
      if (!isOfClient(error)) fail?.(error);
      throw error;
    },
    async anew() {
      if (isStopping) return;
      clearTimeout(again);
      await consumer.stop();
      if (!isStopping) await begin(life.failed).catch((error: unknown) => fail?.(error));
    },
    stop() {
      isStopping = true;
      clearTimeout(again);
      return inTime(Promise.all([consumer.disconnect(), ...underWay]));
    },
  };
  await begin(life.failed);
  return life;
}

/** What the client can't unpack stays so however often it is read. */
function explained(error: Error): Error {
  if (error.name !== "KafkaJSNotImplemented") return error;
  return new Error(
    `a topic holds records that can't be read here (${error.message}); let its producers use zstd, gzip or no compression`,
    { cause: error },
  );
}

/** Errors of the client itself; it knows which of them pass. */
function isOfClient(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith("KafkaJS");
}

/** Waits for work that ends a role, but not for ever. */
export async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, stopWithinMs)));
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
