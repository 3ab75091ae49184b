/* The module tmr of NodeMCU: the clock, and alarms. */
#include "host.h"

#include <math.h>

#define ALARMS 8
#define ALARM_OBJECT "tmr.timer"
#define LONGEST_ALARM_MS 6870947

static struct alarm {
    /* LUA_NOREF where no function is registered. */
    int callback;
    bool runs;
    int64_t at_ns;
} alarms[ALARMS];
static int alarm_count;

static int64_t duration_ns(double microseconds) { return (int64_t)ceil(microseconds / settings.us_per_ns); }

int32_t tmr_microseconds(int64_t at_ns)
{
    return (int32_t)((int64_t)((double)(at_ns - power_up_ns) * settings.us_per_ns) & 0x7fffffff);
}

static int tmr_now(lua_State *L)
{
    module_called(L);
    lua_pushinteger(L, tmr_microseconds(now_ns));
    return 1;
}

static int tmr_delay(lua_State *L)
{
    lua_Integer us = luaL_checkinteger(L, 1);
    luaL_argcheck(L, us > 0, 1, "wrong arg range");
    module_called(L);
    rig_spend(L, duration_ns((double)us));
    return 0;
}

static int tmr_create(lua_State *L)
{
    module_called(L);
    if (alarm_count == ALARMS)
        return luaL_error(L, "no more than %d timers", ALARMS);
    struct alarm **object = lua_newuserdata(L, sizeof *object);
    *object = &alarms[alarm_count++];
    (*object)->callback = LUA_NOREF;
    luaL_getmetatable(L, ALARM_OBJECT);
    lua_setmetatable(L, -2);
    return 1;
}

static struct alarm *check_alarm(lua_State *L) { return *(struct alarm **)luaL_checkudata(L, 1, ALARM_OBJECT); }

static void unregister(lua_State *L, struct alarm *alarm)
{
    luaL_unref(L, LUA_REGISTRYINDEX, alarm->callback);
    alarm->callback = LUA_NOREF;
    alarm->runs = false;
}

static int timer_unregister(lua_State *L)
{
    module_called(L);
    unregister(L, check_alarm(L));
    return 0;
}

/* timer:alarm(interval_ms, tmr.ALARM_SINGLE, callback) */
static int timer_alarm(lua_State *L)
{
    struct alarm *alarm = check_alarm(L);
    lua_Integer ms = luaL_checkinteger(L, 2);
    luaL_argcheck(L, ms > 0 && ms <= LONGEST_ALARM_MS, 2, "invalid interval");
    luaL_argcheck(L, luaL_checkinteger(L, 3) == 0, 3, "only tmr.ALARM_SINGLE");
    luaL_checktype(L, 4, LUA_TFUNCTION);
    module_called(L);
    unregister(L, alarm);
    lua_pushvalue(L, 4);
    alarm->callback = luaL_ref(L, LUA_REGISTRYINDEX);
    alarm->runs = true;
    alarm->at_ns = now_ns + duration_ns(1000.0 * (double)ms);
    lua_pushboolean(L, true);
    return 1;
}

static struct alarm *next_alarm(void)
{
    struct alarm *next = NULL;
    for (struct alarm *alarm = alarms; alarm < alarms + alarm_count; alarm++)
        if (alarm->runs && (next == NULL || alarm->at_ns < next->at_ns))
            next = alarm;
    return next;
}

int64_t tmr_next_ns(void)
{
    struct alarm *next = next_alarm();
    return next == NULL ? -1 : next->at_ns;
}

bool tmr_call_back(lua_State *L)
{
    struct alarm *alarm = next_alarm();
    if (alarm == NULL || alarm->at_ns > now_ns)
        return false;
    int callback = alarm->callback;
    alarm->callback = LUA_NOREF;
    alarm->runs = false;
    call_back(L, callback, 0, true);
    return true;
}

void open_tmr(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"now", tmr_now}, {"delay", tmr_delay}, {"create", tmr_create}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"alarm", timer_alarm}, {"unregister", timer_unregister}, {NULL, NULL}};
    luaL_newmetatable(L, ALARM_OBJECT);
    push_module(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    push_module(L, functions);
    set_number(L, "ALARM_SINGLE", 0);
    lua_setglobal(L, "tmr");
}
