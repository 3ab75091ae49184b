import { describeJoinChannels } from "./support/join-channels.ts";

for (const region of ["US915", "AU915"] as const)
  describeJoinChannels({ board: "nucleo-l073rz-sx1262", lorawan: "1.1", region });
