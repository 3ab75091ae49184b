/** An application outside this repository: its `joinery.json`. */
export { budgetFor, type ProjectBudget } from "./budget.ts";
export { findProject, type Project, ProjectError, readProject } from "./project.ts";
export { projectFiles } from "./template.ts";
