/** Boards that run Lua. */
export { buildLuaHost, type LuaDialect, type LuaHost, LuaHostError, stripLua } from "./host-build.ts";
export { LuaMachine, type LuaMachineOptions } from "./lua-machine.ts";
