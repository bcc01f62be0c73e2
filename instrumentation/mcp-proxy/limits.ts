/** A line of the client; a longer one is refused. */
export const lineBytesMax = 8 * 1024 * 1024;
/** Of a longer line of the server only its two ends are looked at; it passes all the same. */
export const readBytesMax = 8 * 1024 * 1024;
/** Calls under way; one more is refused. */
export const pendingMax = 4096;
/** What the server wrote last may come after its end; then its output is let go of, whoever else holds it. */
export const drainMs = 1000;
/** How long what was recorded is sent at the end: a client asks no longer than two seconds before it kills. */
export const exitMs = 1000;
