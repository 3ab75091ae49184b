export { type CaptureFormat, captureOf } from "./air-capture.ts";
