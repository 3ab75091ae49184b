import { REGION_NAMES } from "../../toolchain/regions/index.ts";
import { joinIn, VERSIONS } from "./support/joins.ts";

for (const board of ["pro-mini-rfm95", "nucleo-l073rz-sx1276"]) {
  describe(`the join of ${board} in each region`, () => {
    for (const region of REGION_NAMES) {
      for (const lorawan of VERSIONS) {
        it(`passes every check in ${region} with LoRaWAN ${lorawan}`, async () => {
          await joinIn(region, board, lorawan);
        });
      }
    }
  });
}
