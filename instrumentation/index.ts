/** What runs in other people's processes: it says who did what, and changes nothing of it. */
export { record, type RecordedAction } from "./record.ts";
