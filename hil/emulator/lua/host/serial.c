/* The modules spi and uart of NodeMCU: full duplex, octets. */
#include "host.h"

#include <stdio.h>
#include <string.h>

#define HSPI 1
/* Of the clock that spi.setup divides. */
#define NS_PER_TICK 12.5
/* What the SX1276 takes: 10 MHz. */
#define SMALLEST_DIVIDER 8

static int64_t octet_ns;

/* spi.setup(id, mode, cpol, cpha, databits, clock_div, duplex_mode) */
static int spi_setup(lua_State *L)
{
    static const int wanted[] = {HSPI, 1, 0, 0, 8};
    for (int i = 0; i < 5; i++)
        luaL_argcheck(L, luaL_checkinteger(L, i + 1) == wanted[i], i + 1, "only HSPI as a master, mode 0, 8 bits");
    int divider = (int)luaL_checkinteger(L, 6);
    luaL_argcheck(L, divider > 0, 6, "out of range");
    luaL_argcheck(L, luaL_checkinteger(L, 7) == 1, 7, "only spi.FULLDUPLEX");
    module_called(L);
    octet_ns = (int64_t)(8 * divider * NS_PER_TICK);
    if (divider < SMALLEST_DIVIDER) {
        char text[100];
        snprintf(text, sizeof text, "sets the SPI clock to 80 MHz / %d; the SX1276 takes 10 MHz at most", divider);
        rig_tell("finding", text, strlen(text));
    }
    lua_pushinteger(L, 1);
    return 1;
}

/* spi.send(id, octet...): how many were sent, and what came in for each */
static int spi_send(lua_State *L)
{
    int count = lua_gettop(L) - 1;
    luaL_argcheck(L, luaL_checkinteger(L, 1) == HSPI, 1, "out of range");
    if (octet_ns == 0)
        return luaL_error(L, "spi.setup has not been called");
    module_called(L);
    luaL_checkstack(L, count + 1, "too many octets");
    lua_pushinteger(L, count);
    for (int i = 0; i < count; i++) {
        lua_Integer out = luaL_checkinteger(L, 2 + i);
        luaL_argcheck(L, out >= 0 && out <= 255, 2 + i, "not an octet");
        rig_spend(L, octet_ns);
        lua_pushinteger(L, rig_request(L, "spi", (int)out, 0));
    }
    return count + 1;
}

/* uart.write(id, octet or text...). The transmitter's buffer of 128 octets is taken to have room. */
static int uart_write(lua_State *L)
{
    luaL_argcheck(L, luaL_checkinteger(L, 1) == 0, 1, "out of range");
    module_called(L);
    for (int i = 2; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TNUMBER) {
            lua_Integer octet = luaL_checkinteger(L, i);
            luaL_argcheck(L, octet >= 0 && octet <= 255, i, "invalid number");
            char character = (char)octet;
            rig_tell("console", &character, 1);
        } else {
            size_t length;
            const char *text = luaL_checklstring(L, i, &length);
            rig_tell("console", text, length);
        }
    }
    return 0;
}

void open_spi(lua_State *L)
{
    static const luaL_Reg functions[] = {{"setup", spi_setup}, {"send", spi_send}, {NULL, NULL}};
    push_module(L, functions);
    set_number(L, "MASTER", 1);
    set_number(L, "CPOL_LOW", 0);
    set_number(L, "CPHA_LOW", 0);
    set_number(L, "FULLDUPLEX", 1);
    lua_setglobal(L, "spi");
}

void open_uart(lua_State *L)
{
    static const luaL_Reg functions[] = {{"write", uart_write}, {NULL, NULL}};
    push_module(L, functions);
    lua_setglobal(L, "uart");
}
