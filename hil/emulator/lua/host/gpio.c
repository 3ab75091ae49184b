/* The module gpio of NodeMCU: pins by IO index, interrupts that carry their time. */
#include "host.h"

#define PINS 13
#define FLOATING 2

enum mode { INPUT, OUTPUT, INTERRUPT };

static struct {
    enum mode mode;
    int level;
    /* What the rig knows: a level, or FLOATING. */
    int told;
    /* Of the function that a rising edge calls; LUA_NOREF for none. */
    int callback;
} pins[PINS];

static int check_pin(lua_State *L)
{
    lua_Integer pin = luaL_checkinteger(L, 1);
    luaL_argcheck(L, pin >= 0 && pin < PINS, 1, "Invalid pin");
    return (int)pin;
}

static void drive(lua_State *L, int pin)
{
    int level = pins[pin].mode == OUTPUT ? pins[pin].level : FLOATING;
    if (level == pins[pin].told)
        return;
    pins[pin].told = level;
    rig_request(L, "pin", pin, level);
}

static int gpio_mode(lua_State *L)
{
    int pin = check_pin(L);
    lua_Integer mode = luaL_checkinteger(L, 2);
    luaL_argcheck(L, mode >= INPUT && mode <= INTERRUPT, 2, "wrong arg type");
    luaL_argcheck(L, mode != INTERRUPT || pin > 0, 1, "Invalid pin: D0 has no interrupt");
    module_called(L);
    pins[pin].mode = (enum mode)mode;
    drive(L, pin);
    return 0;
}

static int gpio_write(lua_State *L)
{
    int pin = check_pin(L);
    lua_Integer level = luaL_checkinteger(L, 2);
    luaL_argcheck(L, level == 0 || level == 1, 2, "wrong level type");
    module_called(L);
    pins[pin].level = (int)level;
    if (pin == 0) /* NodeMCU makes GPIO16 an output whenever it is written. */
        pins[pin].mode = OUTPUT;
    drive(L, pin);
    return 0;
}

/* gpio.trig(pin, "up", callback) */
static int gpio_trig(lua_State *L)
{
    static const char *const kinds[] = {"up", NULL};
    int pin = check_pin(L);
    luaL_argcheck(L, pin > 0, 1, "Invalid interrupt pin");
    luaL_checkoption(L, 2, NULL, kinds);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    module_called(L);
    luaL_unref(L, LUA_REGISTRYINDEX, pins[pin].callback);
    lua_pushvalue(L, 3);
    pins[pin].callback = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

bool gpio_call_back(lua_State *L)
{
    struct edge edge;
    while (rig_next_edge(&edge)) {
        if (edge.pin < 1 || edge.pin >= PINS || !edge.level)
            continue;
        if (pins[edge.pin].mode != INTERRUPT || pins[edge.pin].callback == LUA_NOREF)
            continue;
        lua_pushinteger(L, 1);
        lua_pushinteger(L, tmr_microseconds(edge.at_ns));
        lua_pushinteger(L, 1);
        call_back(L, pins[edge.pin].callback, 3, false);
        return true;
    }
    return false;
}

void open_gpio(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"mode", gpio_mode}, {"write", gpio_write}, {"trig", gpio_trig}, {NULL, NULL}};
    push_module(L, functions);
    set_number(L, "INPUT", INPUT);
    set_number(L, "OUTPUT", OUTPUT);
    set_number(L, "INT", INTERRUPT);
    set_number(L, "LOW", 0);
    set_number(L, "HIGH", 1);
    lua_setglobal(L, "gpio");
    for (int pin = 0; pin < PINS; pin++) {
        pins[pin].told = FLOATING;
        pins[pin].callback = LUA_NOREF;
    }
}
