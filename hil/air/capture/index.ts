export { type CaptureFormat, captureOf, joinedCaptures } from "./air-capture.ts";
