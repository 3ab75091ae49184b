/** The certification protocol (TS009) over the air, on an AVR; certification.long.ts has it on a Cortex-M0+. */
import { specifyCertification } from "./support/certification.ts";

specifyCertification({
  board: "pro-mini-rfm95",
  lorawan: "1.0.4",
  versions: "7f000100000100040002010004",
  leastPowerDbm: 2,
});
