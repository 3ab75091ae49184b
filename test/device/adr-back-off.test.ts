import { describeBackOff } from "./support/adr-back-off.ts";

// The other version, on a processor of the other kind, is in adr-back-off.long.ts.
describeBackOff("pro-mini-rfm95", "1.0.4");
