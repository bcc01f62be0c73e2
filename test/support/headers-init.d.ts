/** A library's types name the browser's global; Node 20's types have it in a package alone. */
type HeadersInit = import("undici-types").HeadersInit;
