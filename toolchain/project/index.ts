/** An application outside this repository: its `joinery.json`. */
export { findProject, type Project, ProjectError, readProject } from "./project.ts";
export { projectFiles } from "./template.ts";
