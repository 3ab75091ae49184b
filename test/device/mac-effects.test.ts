import { describeMacEffects, describeTxParamSetup } from "./support/mac-effects.ts";

// The processor and the radio of the other kind are in mac-effects.long.ts.
describeMacEffects("pro-mini-rfm95");
describeTxParamSetup("pro-mini-rfm95", "1.0.4");
