/** The certification protocol (TS009) over the air, on a Cortex-M0+ and under LoRaWAN 1.1. */
import { specifyCertification } from "./support/certification.ts";

specifyCertification({
  ...{ board: "nucleo-l073rz-sx1262", lorawan: "1.1", versions: "7f000100000101000002010004" },
});
