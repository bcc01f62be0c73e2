/** How a field is written in JSON (https://protobuf.dev/programming-guides/json/) and in protobuf. */
export type FieldType =
  /** Ids are hex in OTLP/JSON, all other bytes base64. */
  | "id"
  | "bytes"
  | "string"
  | "bool"
  | "double"
  | "int64"
  | "uint32"
  | "fixed32"
  | "fixed64"
  | "enum"
  | { readonly message: MessageName; readonly repeated: boolean };

/** One field: its name in JSON, its number in protobuf, its type. */
export interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
}

export type MessageName =
  | "request"
  | "resourceSpans"
  | "resource"
  | "scopeSpans"
  | "scope"
  | "span"
  | "event"
  | "link"
  | "status"
  | "keyValue"
  | "anyValue"
  | "arrayValue"
  | "kvlistValue";

const field = (number: number, name: string, type: FieldType): Field => ({ name, number, type });
const one = (message: MessageName): FieldType => ({ message, repeated: false });
const many = (message: MessageName): FieldType => ({ message, repeated: true });

/**
 * The messages of an OTLP trace request, all fields of them
 * (https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto).
 */
export const messages: Readonly<Record<MessageName, readonly Field[]>> = {
  request: [field(1, "resourceSpans", many("resourceSpans"))],
  resourceSpans: [
    field(1, "resource", one("resource")),
    field(2, "scopeSpans", many("scopeSpans")),
    field(3, "schemaUrl", "string"),
  ],
  resource: [field(1, "attributes", many("keyValue")), field(2, "droppedAttributesCount", "uint32")],
  scopeSpans: [
    field(1, "scope", one("scope")),
    field(2, "spans", many("span")),
    field(3, "schemaUrl", "string"),
  ],
  scope: [
    field(1, "name", "string"),
    field(2, "version", "string"),
    field(3, "attributes", many("keyValue")),
    field(4, "droppedAttributesCount", "uint32"),
  ],
  span: [
    field(1, "traceId", "id"),
    field(2, "spanId", "id"),
    field(3, "traceState", "string"),
    field(4, "parentSpanId", "id"),
    field(5, "name", "string"),
    field(6, "kind", "enum"),
    field(7, "startTimeUnixNano", "fixed64"),
    field(8, "endTimeUnixNano", "fixed64"),
    field(9, "attributes", many("keyValue")),
    field(10, "droppedAttributesCount", "uint32"),
    field(11, "events", many("event")),
    field(12, "droppedEventsCount", "uint32"),
    field(13, "links", many("link")),
    field(14, "droppedLinksCount", "uint32"),
    field(15, "status", one("status")),
    field(16, "flags", "fixed32"),
  ],
  event: [
    field(1, "timeUnixNano", "fixed64"),
    field(2, "name", "string"),
    field(3, "attributes", many("keyValue")),
    field(4, "droppedAttributesCount", "uint32"),
  ],
  link: [
    field(1, "traceId", "id"),
    field(2, "spanId", "id"),
    field(3, "traceState", "string"),
    field(4, "attributes", many("keyValue")),
    field(5, "droppedAttributesCount", "uint32"),
    field(6, "flags", "fixed32"),
  ],
  status: [field(2, "message", "string"), field(3, "code", "enum")],
  keyValue: [field(1, "key", "string"), field(2, "value", one("anyValue"))],
  anyValue: [
    field(1, "stringValue", "string"),
    field(2, "boolValue", "bool"),
    field(3, "intValue", "int64"),
    field(4, "doubleValue", "double"),
    field(5, "arrayValue", one("arrayValue")),
    field(6, "kvlistValue", one("kvlistValue")),
    field(7, "bytesValue", "bytes"),
  ],
  arrayValue: [field(1, "values", many("anyValue"))],
  kvlistValue: [field(1, "values", many("keyValue"))],
};
