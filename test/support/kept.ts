/** What the run's setup started and its teardown stops. */
interface Stoppable {
  stop(): Promise<void>;
}

const kept = new Map<string, Stoppable>();

/** Remembers a server for the end of the run. */
export function keep(variable: string, server: Stoppable): void {
  kept.set(variable, server);
}

/** Stops what was kept; in watch mode the next run starts its own again. */
export async function stopKept(): Promise<void> {
  for (const [variable, server] of kept) {
    await server.stop();
    Reflect.deleteProperty(process.env, variable);
  }
  kept.clear();
}
