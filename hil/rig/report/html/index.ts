export { type AnyReport, livePage, reportPage } from "./page.ts";
