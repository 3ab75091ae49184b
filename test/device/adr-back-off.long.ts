import { describeBackOff } from "./support/adr-back-off.ts";

describeBackOff("nucleo-l073rz-sx1262", "1.1");
