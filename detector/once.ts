/**
 * Does some work at its first call and keeps the answer for all others. A failure is not kept: the next call tries again.
 *
 * @example
 * const connect = once(() => producer.connect());
 * await connect();
 */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return async () => {
    const mine = (answer ??= work());
    try {
      return await mine;
    } catch (error) {
      if (answer === mine) answer = undefined;
      throw error;
    }
  };
}
