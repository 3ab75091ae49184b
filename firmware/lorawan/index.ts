/** The LoRaWAN stack, as main and applications see it. */
export { isClassB, setPingPeriodicity } from "./class-b.ts";
export { DeviceEvent, runDevice, sleepDevice, startDevice } from "./device.ts";
export { DeviceClass, switchClass } from "./device-class.ts";
export { downlink } from "./downlink.ts";
export { frame } from "./frame.ts";
export { gpsTime, isTimeKnown, link, requestLinkCheck, requestTime } from "./link.ts";
export { NO_GROUP } from "./multicast.ts";
export { downlinkGroup } from "./multicast-downlink.ts";
export { advanceUplink, sendPackageUplink, sendUplink } from "./sending.ts";
export { longestPayload, uplinkPayload } from "./uplink.ts";
export { wipeSession } from "./wipe-session.ts";
