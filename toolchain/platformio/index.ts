/** The firmware as a project for PlatformIO. */
export { type PlatformIoProject, platformIoProject } from "./project.ts";
export { findPlatformIo } from "./tool.ts";
