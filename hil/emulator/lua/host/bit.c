/*
 * The module bit of NodeMCU with Lua 5.1: signed 32-bit integers, in and out. A number beyond them becomes the nearest
 * of them, as the processor of the board converts it: programs that count on the low bits of it are found out here.
 */
#include "host.h"

#include <math.h>

static int32_t operand(lua_State *L, int index)
{
    lua_Number value = luaL_checknumber(L, index);
    return (int32_t)fmin(fmax(value, INT32_MIN), INT32_MAX);
}

static unsigned count_operand(lua_State *L) { return (unsigned)operand(L, 2) & 31; }

static int give(lua_State *L, uint32_t result)
{
    lua_pushnumber(L, (int32_t)result);
    return 1;
}

static int bit_bnot(lua_State *L) { return give(L, ~(uint32_t)operand(L, 1)); }

static int bit_band(lua_State *L)
{
    uint32_t result = (uint32_t)operand(L, 1);
    for (int i = 2; i <= lua_gettop(L); i++)
        result &= (uint32_t)operand(L, i);
    return give(L, result);
}

static int bit_bor(lua_State *L)
{
    uint32_t result = (uint32_t)operand(L, 1);
    for (int i = 2; i <= lua_gettop(L); i++)
        result |= (uint32_t)operand(L, i);
    return give(L, result);
}

static int bit_bxor(lua_State *L)
{
    uint32_t result = (uint32_t)operand(L, 1);
    for (int i = 2; i <= lua_gettop(L); i++)
        result ^= (uint32_t)operand(L, i);
    return give(L, result);
}

static int bit_lshift(lua_State *L) { return give(L, (uint32_t)operand(L, 1) << count_operand(L)); }

static int bit_rshift(lua_State *L) { return give(L, (uint32_t)operand(L, 1) >> count_operand(L)); }

static int bit_arshift(lua_State *L) { return give(L, (uint32_t)(operand(L, 1) >> count_operand(L))); }

void open_bit(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"bnot", bit_bnot},     {"band", bit_band},     {"bor", bit_bor},         {"bxor", bit_bxor},
        {"lshift", bit_lshift}, {"rshift", bit_rshift}, {"arshift", bit_arshift}, {NULL, NULL},
    };
    push_module(L, functions);
    lua_setglobal(L, "bit");
}
