/* The modules that NodeMCU adds to Lua, and the order in which it calls back. */
#include "host.h"

#include <string.h>

void module_called(lua_State *L) { rig_spend(L, settings.module_call_ns); }

void call_back(lua_State *L, int reference, int argument_count, bool release)
{
    rig_spend(L, settings.module_call_ns);
    lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
    lua_insert(L, -1 - argument_count);
    if (release)
        luaL_unref(L, LUA_REGISTRYINDEX, reference);
    lua_call(L, argument_count, 0);
}

void push_module(lua_State *L, const luaL_Reg *functions)
{
    lua_newtable(L);
    for (; functions->name != NULL; functions++) {
        lua_pushcfunction(L, functions->func);
        lua_setfield(L, -2, functions->name);
    }
}

void set_number(lua_State *L, const char *name, int value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

/* print(...): to the console, like uart.write. */
static int print(lua_State *L)
{
    int count = lua_gettop(L);
    module_called(L);
    for (int i = 1; i <= count; i++) {
        lua_getglobal(L, "tostring");
        lua_pushvalue(L, i);
        lua_call(L, 1, 1);
        size_t length;
        const char *text = luaL_checklstring(L, -1, &length);
        rig_tell("console", text, length);
        rig_tell("console", i < count ? "\t" : "\n", 1);
    }
    if (count == 0)
        rig_tell("console", "\n", 1);
    return 0;
}

int modules_run_file(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    struct flash_file *file = rig_file(name);
    if (file == NULL)
        return luaL_error(L, "cannot open %s: there is no such file in the flash", name);
    lua_settop(L, 1);
    lua_pushfstring(L, "@%s", name);
    if (luaL_loadbuffer(L, (const char *)file->octets, file->length, lua_tostring(L, 2)) != 0)
        return lua_error(L);
    lua_call(L, 0, LUA_MULTRET);
    return lua_gettop(L) - 2;
}

void modules_open(lua_State *L)
{
#if LUA_VERSION_NUM < 503
    open_bit(L);
#endif
    open_file(L);
    open_gpio(L);
    open_node(L);
    open_spi(L);
    open_tmr(L);
    open_uart(L);
    lua_pushcfunction(L, print);
    lua_setglobal(L, "print");
    lua_pushcfunction(L, modules_run_file);
    lua_setglobal(L, "dofile");
}

/* Edges come before alarms, and these before what the program has posted at the lowest priority. */
bool modules_call_back(lua_State *L, int64_t *wake_ns)
{
    *wake_ns = tmr_next_ns();
    return gpio_call_back(L) || tmr_call_back(L) || node_call_back(L);
}
