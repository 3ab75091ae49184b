import { describeMacEffects, describeTxParamSetup } from "./support/mac-effects.ts";

describeMacEffects("nucleo-l073rz-sx1262");
describeTxParamSetup("nucleo-l073rz-sx1262", "1.1");
