/** First and longest pause after a failure. */
const pauseMs = { first: 500, most: 30_000 };
/** A receiver that asks to be left alone is left alone for this long at most. */
const askedMsMax = 5 * 60_000;

/** How long to wait until the next try: longer with each failure, spread, and as long as the receiver asked. */
export class Backoff {
  readonly #jitter: () => number;
  readonly #mostMs: number;
  #failures = 0;
  #pauseMs = 0;

  /** @param jitter a number from 0.5 to 1. */
  constructor(jitter: () => number, mostMs: number = pauseMs.most) {
    this.#jitter = jitter;
    this.#mostMs = mostMs;
  }

  /** 0 unless the last try failed. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  failed(askedMs = 0): void {
    const most = Math.min(this.#mostMs, pauseMs.first * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    const asked = Number.isFinite(askedMs) ? Math.min(askedMs, askedMsMax) : askedMsMax;
    this.#pauseMs = Math.max(most * this.#jitter(), asked);
  }

  over(): void {
    this.#failures = 0;
    this.#pauseMs = 0;
  }
}
