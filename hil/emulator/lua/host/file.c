/*
 * The module file of NodeMCU. The board's store is a file; what is written there is in the flash once it has been
 * flushed, octet by octet, and lost with the power before that.
 */
#include "host.h"

#include <string.h>

#define STORE_NAME "device.eeprom"
#define STORE_OBJECT "file.obj"

static uint8_t *contents;
static bool *is_dirty;
static size_t size, position;

static int give_nil(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

/* file.open("device.eeprom", "r+") */
static int file_open(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *mode = luaL_optstring(L, 2, "r");
    module_called(L);
    if (strcmp(name, STORE_NAME) != 0 || size == 0 || mode[0] != 'r')
        return give_nil(L);
    position = 0;
    lua_newuserdata(L, 1);
    luaL_getmetatable(L, STORE_OBJECT);
    lua_setmetatable(L, -2);
    return 1;
}

static int store_seek(lua_State *L)
{
    static const char *const bases[] = {"set", NULL};
    luaL_checkoption(L, 2, NULL, bases);
    lua_Integer to = luaL_checkinteger(L, 3);
    module_called(L);
    if (to < 0 || (size_t)to > size)
        return give_nil(L);
    position = (size_t)to;
    lua_pushinteger(L, to);
    return 1;
}

static int store_read(lua_State *L)
{
    lua_Integer wanted = luaL_checkinteger(L, 2);
    module_called(L);
    if (position == size || wanted < 1)
        return give_nil(L);
    size_t count = (size_t)wanted < size - position ? (size_t)wanted : size - position;
    lua_pushlstring(L, (const char *)contents + position, count);
    position += count;
    return 1;
}

static int store_write(lua_State *L)
{
    size_t count;
    const char *octets = luaL_checklstring(L, 2, &count);
    module_called(L);
    if (count > size - position)
        return give_nil(L);
    memcpy(contents + position, octets, count);
    memset(is_dirty + position, true, count);
    position += count;
    lua_pushboolean(L, true);
    return 1;
}

static int store_flush(lua_State *L)
{
    module_called(L);
    for (size_t at = 0; at < size; at++) {
        if (!is_dirty[at])
            continue;
        is_dirty[at] = false;
        rig_spend(L, settings.store_write_ns);
        rig_request(L, "store", (int)at, contents[at]);
    }
    return 0;
}

void open_file(lua_State *L)
{
    static const luaL_Reg functions[] = {{"open", file_open}, {NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"seek", store_seek}, {"read", store_read}, {"write", store_write}, {"flush", store_flush}, {NULL, NULL}};
    struct flash_file *store = rig_file(STORE_NAME);
    if (store != NULL) {
        contents = store->octets;
        size = store->length;
        is_dirty = calloc(size, sizeof *is_dirty);
    }
    luaL_newmetatable(L, STORE_OBJECT);
    push_module(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    push_module(L, functions);
    lua_setglobal(L, "file");
}
