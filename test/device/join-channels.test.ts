import { describeJoinChannels } from "./support/join-channels.ts";

// The other version, on a processor of the other kind, is in join-channels.long.ts.
for (const region of ["US915", "AU915"] as const)
  describeJoinChannels({ board: "pro-mini-rfm95", lorawan: "1.0.4", region });
