import type { Destination } from "./destination.ts";
import { webhook } from "./webhook.ts";

/** Every kind of destination; a new one is its file, its golden body and a line here. */
export const destinations: readonly Destination[] = [webhook];
