export { VIRTUAL_EPOCH_MS } from "./epoch.ts";
export { type Participant, runLockstep, type SteppedMachine } from "./lockstep.ts";
export { type Clock, type Timer, VirtualClock } from "./virtual-clock.ts";
