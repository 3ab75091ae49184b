export { livePage, reportPage } from "./page.ts";
