/** An application outside this repository: its `joinery.json`, and boards of its own. */
export { budgetFor, limitField, type ProjectBudget } from "./budget.ts";
export { boardFiles, canNameBoard } from "./new-board.ts";
export { ownBoardsFolder } from "./own-boards.ts";
export { findProject, type Project, ProjectError, readProject } from "./project.ts";
export { projectFiles } from "./template.ts";
