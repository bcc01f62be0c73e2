/** A library's types name the browser's global; with Node 20's types it is there as a value alone. */
type MessagePort = import("node:worker_threads").MessagePort;
