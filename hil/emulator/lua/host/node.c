/* The module node of NodeMCU: functions to call when there is time, and the Lua Flash Store. */
#include "host.h"

#include <string.h>

#define TASKS 8
#define STORE_PREFIX "lfs/"
#define STORE_TABLE "node.LFS"

static int tasks[TASKS];
static int task_count;

/* node.task.post(node.task.LOW_PRIORITY, function) */
static int task_post(lua_State *L)
{
    luaL_argcheck(L, luaL_checkinteger(L, 1) == 0, 1, "only node.task.LOW_PRIORITY");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    module_called(L);
    if (task_count == TASKS)
        return luaL_error(L, "Task queue overflow. Task not posted");
    lua_pushvalue(L, 2);
    tasks[task_count++] = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

bool node_call_back(lua_State *L)
{
    if (task_count == 0)
        return false;
    int task = tasks[0];
    memmove(tasks, tasks + 1, (size_t)--task_count * sizeof tasks[0]);
    call_back(L, task, 0, true);
    return true;
}

#define EGC_ON_ALLOC_FAILURE 1

/* node.egc.setmode(node.egc.ON_ALLOC_FAILURE): what heap.c does anyway; NodeMCU begins with a slower mode. */
static int egc_setmode(lua_State *L)
{
    luaL_argcheck(L, luaL_checkinteger(L, 1) == EGC_ON_ALLOC_FAILURE, 1, "only node.egc.ON_ALLOC_FAILURE");
    module_called(L);
    return 0;
}

/* node.LFS.get(name): the function of a module, nil where there is none */
static int lfs_get(lua_State *L)
{
    luaL_checkstring(L, 1);
    module_called(L);
    lua_getfield(L, LUA_REGISTRYINDEX, STORE_TABLE);
    lua_pushvalue(L, 1);
    lua_rawget(L, -2);
    return 1;
}

int open_flash_store(lua_State *L)
{
    size_t before = heap_collected(L);
    lua_newtable(L);
    for (int i = 0; rig_file_at(i) != NULL; i++) {
        struct flash_file *file = rig_file_at(i);
        if (strncmp(file->name, STORE_PREFIX, strlen(STORE_PREFIX)) != 0)
            continue;
        const char *module = file->name + strlen(STORE_PREFIX);
        const char *chunk = lua_pushfstring(L, "=%s.lua", module);
        if (luaL_loadbuffer(L, (const char *)file->octets, file->length, chunk) != 0)
            return lua_error(L);
        lua_setfield(L, -3, module);
        lua_pop(L, 1);
    }
    lua_setfield(L, LUA_REGISTRYINDEX, STORE_TABLE);
    rig_tell_number("code", (int64_t)(heap_collected(L) - before));
    return 0;
}

/* node.restart(): the chip is reset. On a board the function comes back and the program runs on for a moment. */
static int restart(lua_State *L)
{
    module_called(L);
    rig_restart(L);
    return 0;
}

void open_node(lua_State *L)
{
    static const luaL_Reg functions[] = {{"restart", restart}, {NULL, NULL}};
    static const luaL_Reg task_functions[] = {{"post", task_post}, {NULL, NULL}};
    static const luaL_Reg store_functions[] = {{"get", lfs_get}, {NULL, NULL}};
    static const luaL_Reg egc_functions[] = {{"setmode", egc_setmode}, {NULL, NULL}};
    push_module(L, functions);
    push_module(L, egc_functions);
    set_number(L, "ON_ALLOC_FAILURE", EGC_ON_ALLOC_FAILURE);
    lua_setfield(L, -2, "egc");
    push_module(L, task_functions);
    set_number(L, "LOW_PRIORITY", 0);
    lua_setfield(L, -2, "task");
    push_module(L, store_functions);
    lua_setfield(L, -2, "LFS");
    lua_setglobal(L, "node");
}
