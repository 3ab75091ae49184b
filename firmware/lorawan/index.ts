/** The LoRaWAN stack, as main and applications see it. */
export { DeviceEvent, runDevice, sendUplink, sleepDevice, startDevice } from "./device.ts";
export { downlink } from "./downlink.ts";
export { frame } from "./frame.ts";
export { MAX_PAYLOAD, UPLINK_PAYLOAD } from "./uplink.ts";
