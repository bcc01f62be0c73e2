/** A library's types name the browser's global; with Node 20's types it is part of another alone. */
type HeadersInit = NonNullable<RequestInit["headers"]>;
