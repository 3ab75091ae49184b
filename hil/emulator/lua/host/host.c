/*
 * Runs `init.lua` of the flash and then the loop that calls back, as NodeMCU does. Arguments: heap limit in octets,
 * nanoseconds of an instruction, of a call into a module and of a write to the store, error of the board's clock in
 * ppm.
 */
#include "host.h"

#include <stdio.h>
#include <string.h>

struct settings settings;

/* The interpreter has executed one more instruction. */
static void on_instruction(lua_State *L, lua_Debug *event)
{
    (void)event;
    heap_before_instruction(L);
    rig_spend(L, settings.instruction_ns);
}

/* The message of an error with the way to it. */
static int with_traceback(lua_State *L)
{
    if (!lua_isstring(L, 1))
        lua_pushliteral(L, "an error that is not a text");
    lua_getglobal(L, "debug");
    lua_getfield(L, -1, "traceback");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 2);
    lua_call(L, 2, 1);
    return 1;
}

/* The libraries of Lua that NodeMCU has, and `debug` for the way to an error. */
static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        {"_G", luaopen_base},
        {LUA_TABLIBNAME, luaopen_table},
        {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},
        {LUA_DBLIBNAME, luaopen_debug},
#if LUA_VERSION_NUM >= 503
        {LUA_COLIBNAME, luaopen_coroutine},
        {LUA_UTF8LIBNAME, luaopen_utf8},
#endif
    };
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
#if LUA_VERSION_NUM >= 503
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
#else
        lua_pushcfunction(L, libraries[i].func);
        lua_pushstring(L, strcmp(libraries[i].name, "_G") == 0 ? "" : libraries[i].name);
        lua_call(L, 1, 0);
#endif
    }
}

/* The program from power-up on; it ends by an error only. */
static int run_board(lua_State *L)
{
    lua_pushcfunction(L, modules_run_file);
    lua_pushliteral(L, "init.lua");
    lua_call(L, 1, 0);
    for (;;) {
        int64_t wake_ns;
        if (!modules_call_back(L, &wake_ns))
            rig_idle(L, wake_ns);
    }
    return 0;
}

/* Why the program ended: the limit is named where it was the cause. */
static void end(lua_State *L)
{
    char reason[2048];
    const char *message = lua_tostring(L, -1);
    if (message == NULL)
        message = "an error that is not a text";
    if (heap_exhausted() && strstr(message, "not enough memory") != NULL)
        snprintf(reason, sizeof reason, "not enough memory at %zu B of heap", settings.heap_limit);
    else if (heap_exhausted()) /* Lua has errors of its own for it: "too many results to unpack". */
        snprintf(reason, sizeof reason, "not enough memory at %zu B of heap: %s", settings.heap_limit, message);
    else
        snprintf(reason, sizeof reason, "%s", message);
    lua_sethook(L, NULL, 0, 0);
    heap_suspend(true);
    rig_end(L, reason);
}

int main(int count, char **arguments)
{
    if (count != 6) {
        fprintf(stderr, "usage: host HEAP INSTRUCTION-NS MODULE-CALL-NS STORE-WRITE-NS PPM\n");
        return EXIT_FAILURE;
    }
    settings.heap_limit = strtoull(arguments[1], NULL, 10);
    settings.instruction_ns = strtoll(arguments[2], NULL, 10);
    settings.module_call_ns = strtoll(arguments[3], NULL, 10);
    settings.store_write_ns = strtoll(arguments[4], NULL, 10);
    settings.us_per_ns = (1 + strtod(arguments[5], NULL) / 1e6) / 1000;

    lua_State *L = heap_new_state();
    if (L == NULL)
        return EXIT_FAILURE;
    open_libraries(L);
    rig_take_files();
    rig_begin(L);
    modules_open(L);
    lua_pushcfunction(L, with_traceback);
    lua_pushcfunction(L, open_flash_store);
    if (lua_pcall(L, 0, 0, -2) != 0)
        end(L);
    heap_begin(L);
    lua_sethook(L, on_instruction, LUA_MASKCOUNT, 1);
    lua_pushcfunction(L, run_board);
    if (lua_pcall(L, 0, 0, -2) != 0)
        end(L);
    return EXIT_SUCCESS;
}
