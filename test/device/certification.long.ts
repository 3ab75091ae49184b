/** The certification protocol (TS009) over the air, on a Cortex-M0+ under LoRaWAN 1.1, and in Lua on a NodeMCU. */
import { specifyCertification } from "./support/certification.ts";

specifyCertification({
  ...{ board: "nucleo-l073rz-sx1262", lorawan: "1.1", versions: "7f000100000101000002010004" },
  leastPowerDbm: -9,
});
specifyCertification({
  board: "nodemcu-rfm95",
  lorawan: "1.0.4",
  versions: "7f000100000100040002010004",
  leastPowerDbm: 2,
});
