/** Getting images into boards. */
export { FlashError } from "./errors.ts";
export { builtImage, type FlashImage, readImageFile } from "./image-file.ts";
export { FLASH_METHODS, type FlashPlan, type FlashStep, type FlashWish, planFlash, toolFor } from "./plan.ts";
export { runSteps } from "./run.ts";
export { requireTool } from "./tools.ts";
