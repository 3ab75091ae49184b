/** The channel plans of RP002-1.0.4: their figures, and the tables of the firmware that are made from them. */
export { antennaPlanSource } from "./antenna-plan-source.ts";
export {
  DEFAULT_REGION,
  isRegionName,
  nearestRegion,
  type RegionChoice,
  regionsOf,
  regionText,
} from "./choice.ts";
export {
  type JoinChannelFigures,
  planFile,
  REGION_NAMES,
  type RegionFigures,
  type RegionName,
  regionFigures,
} from "./figures.ts";
export { planSource } from "./plan-source.ts";
export { regionModule } from "./region-module.ts";
