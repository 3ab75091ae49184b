/** Emulated boards. */
export { createMachine, hasMachine } from "./create-machine.ts";
export type { Finding } from "./finding.ts";
export { checkGdbPort, GdbPortError, GdbServer } from "./gdb/server.ts";
export {
  buildLuaHost,
  type LuaDialect,
  type LuaHost,
  LuaHostError,
  LuaMachine,
  type LuaMachineOptions,
} from "./lua/index.ts";
export type { CutPhase, DebugPort, Machine, MachineOptions, ProcessorMachine, RadioPins } from "./machine.ts";
export { Rp2040 } from "./rp2040/rp2040.ts";
export { Stm32l073 } from "./stm32l0/stm32l073.ts";
