import type { Line } from "./lines.ts";
import type { Answer } from "./message.ts";

/** At either end of a line, within these many bytes, writers of JSON put the id. */
const endBytes = 256;
const id = `(?<id>\\d{1,15}|"[^"\\\\]{0,200}")`;
const first = new RegExp(`^\\{\\s*(?:"jsonrpc"\\s*:\\s*"2\\.0"\\s*,\\s*)?"id"\\s*:\\s*${id}\\s*,`, "u");
const last = new RegExp(`"id"\\s*:\\s*${id}\\s*\\}\\s*$`, "u");

/** Finds which call is answered by a line that is too long to be read. It passes all the same; the action ends with it. */
export class LongAnswer {
  #head = "";
  #tail = "";

  /** What was answered, with the last piece; undefined before, and where it doesn't say. */
  push({ bytes, part }: Line): Answer | undefined {
    if (part === "begin") {
      this.#head = bytes.toString("latin1", 0, endBytes);
      this.#tail = "";
    }
    const from = Math.max(0, bytes.byteLength - endBytes);
    this.#tail = (this.#tail + bytes.toString("latin1", from)).slice(-endBytes);
    if (part !== "end") return undefined;
    const found = (first.exec(this.#head) ?? last.exec(this.#tail))?.groups?.["id"];
    if (found === undefined) return undefined;
    return {
      id: found.startsWith('"') ? found.slice(1, -1) : Number(found),
      result: undefined,
      error: undefined,
    };
  }
}
