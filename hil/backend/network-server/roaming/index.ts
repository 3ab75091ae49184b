/** Passive roaming between Network Servers. */
export type { RoamingPartner } from "./agreements.ts";
export { partnersGatewayIn } from "./meta-data.ts";
export { Roaming, type RoamingOptions, withPartners } from "./roaming.ts";
