/* The heap of the board: an allocator that counts as Lua does, and refuses what would pass the limit. */
#include "host.h"

#include <string.h>

/* What an instruction may allocate at once, at most; what must be new before another collection pays. */
#define RESERVE 4096
#define WORTH_COLLECTING 512

static size_t in_use, in_use_at_begin, peak;
static bool limited, suspended, refused, exhausted;

static void *allocate(void *user, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)user;
    if (block == NULL)
        old_bytes = 0; /* Lua 5.3 tells the kind of the object here. */
    if (new_bytes == 0) {
        free(block);
        in_use -= old_bytes;
        return NULL;
    }
    size_t after = in_use - old_bytes + new_bytes;
    if (limited && !suspended && new_bytes > old_bytes && after > in_use_at_begin + settings.heap_limit) {
        /* Lua 5.3 collects garbage after a refusal and asks once more; Lua 5.1 does not. */
        exhausted |= refused || LUA_VERSION_NUM < 503;
        refused = true;
        return NULL;
    }
    if (new_bytes > old_bytes)
        refused = false;
    void *moved = realloc(block, new_bytes);
    if (moved == NULL)
        return NULL;
    in_use = after;
    if (!suspended && after > peak)
        peak = after;
    return moved;
}

/*
 * NodeMCU collects garbage when memory would be refused otherwise, and so does Lua 5.3. Lua 5.1 cannot do it there:
 * here it collects between two instructions when little is left.
 */
void heap_before_instruction(lua_State *L)
{
#if LUA_VERSION_NUM < 503
    static size_t after_collection;
    if (suspended || in_use + RESERVE < in_use_at_begin + settings.heap_limit)
        return;
    if (in_use < after_collection + WORTH_COLLECTING)
        return;
    lua_gc(L, LUA_GCCOLLECT, 0);
    after_collection = in_use;
#else
    (void)L;
#endif
}

lua_State *heap_new_state(void) { return lua_newstate(allocate, NULL); }

size_t heap_collected(lua_State *L)
{
    lua_gc(L, LUA_GCCOLLECT, 0);
    return in_use;
}

void heap_begin(lua_State *L)
{
    in_use_at_begin = peak = heap_collected(L);
    limited = true;
}

size_t heap_peak(void) { return peak > in_use_at_begin ? peak - in_use_at_begin : 0; }

bool heap_exhausted(void) { return exhausted; }

void heap_suspend(bool is_suspended) { suspended = is_suspended; }
