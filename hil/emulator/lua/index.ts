/** Boards that run Lua. */
export { buildLuaHost, type LuaDialect, type LuaHost, LuaHostError } from "./host-build.ts";
export { LuaMachine, type LuaMachineOptions } from "./lua-machine.ts";
