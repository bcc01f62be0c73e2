import type { Writable } from "node:stream";
import type { Line } from "./lines.ts";

/** Where lines go, whole and in order, no faster than they are taken. */
export class Outlet {
  readonly #stream: Writable;
  #isMidLine = false;
  #waiting: Buffer[] = [];

  /** @param onGone told when nobody takes anything any more. */
  constructor(stream: Writable, onGone: () => void) {
    this.#stream = stream;
    stream.on("error", onGone);
  }

  /** Passes on what came, byte for byte. */
  pass({ bytes, part }: Line): void {
    this.#write(bytes);
    this.#isMidLine = part === "begin" || part === "middle";
    if (this.#isMidLine) return;
    for (const line of this.#waiting.splice(0)) this.#write(line);
  }

  /** Says a line of our own, once the one that is under way has ended. */
  say(message: object): void {
    const line = Buffer.from(`${JSON.stringify(message)}\n`);
    if (this.#isMidLine) this.#waiting.push(line);
    else this.#write(line);
  }

  /** Resolves when more may come. */
  async ready(): Promise<void> {
    const stream = this.#stream;
    if (!stream.writableNeedDrain || stream.destroyed) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        stream.off("drain", goOn).off("close", goOn).off("error", goOn);
        resolve();
      };
      stream.on("drain", goOn).on("close", goOn).on("error", goOn);
    });
  }

  end(): void {
    if (!this.#stream.destroyed) this.#stream.end();
  }

  #write(bytes: Buffer): void {
    if (this.#stream.writable) this.#stream.write(bytes);
  }
}
