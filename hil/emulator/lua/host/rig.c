/*
 * The exchange with the rig: lines of text over standard input and output.
 *
 * First the rig fills the flash: lines `NAME LENGTH`, each followed by that many octets, and an empty line; names
 * that begin with "lfs/" are modules of the Lua Flash Store. Then it lets the board run in slices. A line from it is
 * a slice, and the answer to what the board asked for:
 *
 *     NOW UNTIL VALUE COUNT (PIN LEVEL TIME)...      run until UNTIL; COUNT changes of pins have come
 *     ? NAME                                         give the variable of that name (in hexadecimal)
 *
 * Lines to it; those down to "store" wait for an answer:
 *
 *     slice NOW PEAK                                 has run until UNTIL and has more to do
 *     idle NOW WAKE PEAK                             has nothing to do before WAKE (-1: ever) but to wait for pins
 *     spi NOW OUT, pin NOW PIN LEVEL (2: floating), store NOW ADDRESS VALUE
 *     code NOW OCTETS                                what the code in the flash would take of the heap
 *     restart NOW PEAK                               the program wants to begin anew, in another process
 *     end NOW PEAK REASON                            the program is over; after this only "?" is answered
 *     value OCTETS, error TEXT                       the answers to "?"
 *     console NOW OCTETS, finding NOW TEXT
 *
 * Times are nanoseconds of the run, octets and texts hexadecimal. Where the rig has gone the host ends.
 */
#include "host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 4096
/* A rising and a falling one of each of the 13 pins. */
#define EDGES 26
#define FILES 8

int64_t now_ns, power_up_ns;
static int64_t until_ns;
static struct flash_file files[FILES];
static int file_count;
static struct edge edges[EDGES];
static int edge_count;
/* The rig looks into the program: what Lua does for that takes no time. */
static bool looked_into;

static void rig_is_gone(void) { exit(EXIT_SUCCESS); }

static void broken(const char *line)
{
    fprintf(stderr, "not a line of the rig: %s\n", line);
    exit(EXIT_FAILURE);
}

static void put_hex(const char *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        printf("%02x", (unsigned char)octets[i]);
}

static void tell_failure(const char *text)
{
    printf("error ");
    put_hex(text, strlen(text));
    printf("\n");
}

/* Pushes `joinery.variables[name]()`, or raises an error. */
static int push_variable(lua_State *L)
{
    lua_getglobal(L, "joinery");
    if (!lua_istable(L, 1))
        return luaL_error(L, "the program has not been loaded");
    lua_getfield(L, 1, "variables");
    lua_getfield(L, 2, lua_touserdata(L, lua_upvalueindex(1)));
    if (!lua_isfunction(L, 3))
        return luaL_error(L, "the program has no such variable");
    lua_call(L, 0, 1);
    return 1;
}

/* Octet `index` of the value on top of the stack; false after the last. */
static bool octet_of(lua_State *L, int index, unsigned *octet)
{
    lua_rawgeti(L, -1, index);
    bool is_there = !lua_isnil(L, -1);
    lua_Number value = lua_tonumber(L, -1);
    bool fits = lua_isnumber(L, -1) && value >= 0 && value <= 255;
    lua_pop(L, 1);
    if (is_there && !fits)
        luaL_error(L, "element %d is not an octet", index);
    *octet = (unsigned)value;
    return is_there;
}

/* Tells the octets of a variable, whose name is the upvalue: an array from index 0. */
static int tell_variable(lua_State *L)
{
    lua_settop(L, 0);
    push_variable(L);
    if (!lua_istable(L, -1))
        return luaL_error(L, "the variable is not an array of octets");
    unsigned octet;
    for (int i = 0; octet_of(L, i, &octet); i++)
        continue;
    printf("value ");
    for (int i = 0; octet_of(L, i, &octet); i++)
        printf("%02x", octet);
    printf("\n");
    return 0;
}

static void look_into(lua_State *L, const char *hex)
{
    char name[LINE_BYTES / 2];
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < length; i++)
        if (sscanf(hex + 2 * i, "%2hhx", (unsigned char *)&name[i]) != 1)
            broken(hex);
    name[length] = '\0';
    heap_suspend(true);
    looked_into = true;
    if (!lua_checkstack(L, 8))
        broken("? where the stack is full");
    lua_pushlightuserdata(L, name);
    lua_pushcclosure(L, tell_variable, 1);
    if (lua_pcall(L, 0, 0, 0) != 0) {
        const char *message = lua_tostring(L, -1);
        tell_failure(message != NULL ? message : "an error that is not a text");
        lua_pop(L, 1);
    }
    looked_into = false;
    heap_suspend(false);
}

/* NodeMCU calls back once for the edges of a pin that come before the callback has run, with the time of the first. */
static void keep_edge(const struct edge *edge)
{
    for (int i = 0; i < edge_count; i++)
        if (edges[i].pin == edge->pin && edges[i].level == edge->level)
            return;
    if (edge_count == EDGES)
        broken("a change of a pin that the board does not have");
    edges[edge_count++] = *edge;
}

/* Reads the numbers of a slice; returns the value in it. */
static int take_slice(const char *line)
{
    int64_t now;
    int value, count, used;
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %d %d%n", &now, &until_ns, &value, &count, &used) != 4)
        broken(line);
    if (now > now_ns)
        now_ns = now;
    for (; count > 0; count--) {
        struct edge edge;
        int level, more;
        line += used;
        if (sscanf(line, " %d %d %" SCNd64 "%n", &edge.pin, &level, &edge.at_ns, &more) != 3)
            broken(line);
        used = more;
        edge.level = level != 0;
        keep_edge(&edge);
    }
    return value;
}

/* The next line, without its end. */
static void read_line(char line[LINE_BYTES])
{
    if (fgets(line, LINE_BYTES, stdin) == NULL)
        rig_is_gone();
    line[strcspn(line, "\n")] = '\0';
}

void rig_take_files(void)
{
    char line[LINE_BYTES];
    for (read_line(line); line[0] != '\0'; read_line(line)) {
        struct flash_file *file = &files[file_count++];
        if (file_count > FILES || sscanf(line, "%31s %zu", file->name, &file->length) != 2)
            broken(line);
        file->octets = malloc(file->length);
        if (fread(file->octets, 1, file->length, stdin) != file->length)
            rig_is_gone();
    }
}

struct flash_file *rig_file(const char *name)
{
    for (int i = 0; i < file_count; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

struct flash_file *rig_file_at(int index) { return index < file_count ? &files[index] : NULL; }

/* Waits for the rig, and shows it variables until it has a slice. */
static int await(lua_State *L)
{
    char line[LINE_BYTES];
    for (;;) {
        fflush(stdout);
        read_line(line);
        if (line[0] != '?')
            return take_slice(line);
        look_into(L, line + 2);
    }
}

void rig_begin(lua_State *L)
{
    await(L);
    power_up_ns = now_ns;
}

void rig_spend(lua_State *L, int64_t ns)
{
    if (looked_into)
        return;
    while (now_ns + ns >= until_ns) {
        if (until_ns > now_ns) {
            ns -= until_ns - now_ns;
            now_ns = until_ns;
        }
        printf("slice %" PRId64 " %zu\n", now_ns, heap_peak());
        await(L);
    }
    now_ns += ns;
}

void rig_idle(lua_State *L, int64_t wake_ns)
{
    if (wake_ns >= 0 && wake_ns < until_ns) {
        if (wake_ns > now_ns)
            now_ns = wake_ns;
        return;
    }
    printf("idle %" PRId64 " %" PRId64 " %zu\n", now_ns, wake_ns, heap_peak());
    await(L);
}

int rig_request(lua_State *L, const char *what, int first, int second)
{
    printf("%s %" PRId64 " %d %d\n", what, now_ns, first, second);
    return await(L);
}

void rig_tell(const char *what, const char *octets, size_t length)
{
    printf("%s %" PRId64 " ", what, now_ns);
    put_hex(octets, length);
    printf("\n");
}

void rig_tell_number(const char *what, int64_t number)
{
    printf("%s %" PRId64 " %" PRId64 "\n", what, now_ns, number);
}

bool rig_next_edge(struct edge *edge)
{
    if (edge_count == 0)
        return false;
    *edge = edges[0];
    memmove(edges, edges + 1, (size_t)--edge_count * sizeof edges[0]);
    return true;
}

void rig_end(lua_State *L, const char *reason)
{
    printf("end %" PRId64 " %zu ", now_ns, heap_peak());
    put_hex(reason, strlen(reason));
    printf("\n");
    for (;;)
        await(L);
}

void rig_restart(lua_State *L)
{
    printf("restart %" PRId64 " %zu\n", now_ns, heap_peak());
    for (;;)
        await(L);
}
