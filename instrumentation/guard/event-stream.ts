import { StringDecoder } from "node:string_decoder";

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** Where to resume; as the server said it last. */
  readonly id: string;
}

/**
 * Reads server-sent events out of bytes as they come (https://html.spec.whatwg.org/multipage/server-sent-events.html). Holds one
 * event at most.
 */
export class EventReader {
  readonly #decoder = new StringDecoder("utf8");
  readonly #bytesMax: number;
  #rest = "";
  /** Half of a line's end, perhaps. */
  #endsInReturn = false;
  #data: string[] = [];
  #chars = 0;
  #event = "";
  #id = "";

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Gives `told` each event that ends within `bytes`.
   *
   * @throws {RangeError} an event is longer than may be held: nothing can be read from this stream any more.
   */
  read(bytes: Buffer, told: (event: ServerEvent) => void): void {
    const text = this.#decoder.write(bytes);
    this.#held(text.length);
    // A long line comes in many pieces, and is looked at once.
    if (!this.#endsInReturn && !/[\r\n]/u.test(text)) {
      this.#rest += text;
      return;
    }
    this.#endsInReturn = text.endsWith("\r");
    const lines = `${this.#rest}${text}`.split(/\r\n|\n|\r(?!$)/u);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line, told);
  }

  #held(chars: number): void {
    this.#chars += chars;
    if (this.#chars > this.#bytesMax) throw new RangeError("an event is too long");
  }

  #line(line: string, told: (event: ServerEvent) => void): void {
    if (line === "") return this.#end(told);
    const colon = line.indexOf(":");
    // A comment keeps the connection alive, and is no part of an event.
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }

  #end(told: (event: ServerEvent) => void): void {
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    const isEvent = this.#data.length > 0 || this.#event !== "";
    this.#data = [];
    this.#event = "";
    this.#chars = this.#rest.length;
    if (isEvent) told(event);
  }
}
