/*
 * A NodeMCU board in a process: the Lua interpreter with a heap that ends, the modules that NodeMCU adds to it, and
 * the loop that calls back. What lies outside the board (radio, store, console, time) is the rig's: the host asks
 * for it over two pipes.
 */
#ifndef HOST_H
#define HOST_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* What the rig chooses for a run. */
struct settings {
    size_t heap_limit;
    int64_t instruction_ns;
    int64_t module_call_ns;
    int64_t store_write_ns;
    /* Microseconds of the board's clock in a nanosecond. */
    double us_per_ns;
};
extern struct settings settings;

/* ---- heap.c ---- */

lua_State *heap_new_state(void);
/* What is in use, garbage left out. */
size_t heap_collected(lua_State *L);
/* What is in use now (the libraries and the Lua Flash Store) does not count: a board has it in its flash. */
void heap_begin(lua_State *L);
/* Is called before every instruction. */
void heap_before_instruction(lua_State *L);
/* The most that has been in use since. */
size_t heap_peak(void);
/* Whether the program has ever been left without memory that it asked for, in spite of collecting garbage. */
bool heap_exhausted(void);
/* While the rig looks into the program nothing counts. */
void heap_suspend(bool suspended);

/* ---- rig.c: the exchange with the rig, and virtual time ---- */

/* Nanoseconds of the run: now, and when the board was powered up. */
extern int64_t now_ns, power_up_ns;

/* A change of a pin, with its time. */
struct edge {
    int pin;
    bool level;
    int64_t at_ns;
};

/* A file in the flash of the board. */
struct flash_file {
    char name[32];
    uint8_t *octets;
    size_t length;
};
/* Takes the files that the rig puts in the flash. */
void rig_take_files(void);
/* Waits for the first slice. */
void rig_begin(lua_State *L);
/* A file by its name; NULL where there is none. */
struct flash_file *rig_file(const char *name);
/* The file at an index from 0 on; NULL after the last. */
struct flash_file *rig_file_at(int index);
/* Lets time pass that the program is busy for. */
void rig_spend(lua_State *L, int64_t ns);
/* Lets time pass in which the program waits: until `wake_ns` (negative: no end), or an edge. */
void rig_idle(lua_State *L, int64_t wake_ns);
/* Asks for something and waits for the answer. */
int rig_request(lua_State *L, const char *what, int first, int second);
/* Tells something. */
void rig_tell(const char *what, const char *octets, size_t length);
void rig_tell_number(const char *what, int64_t number);
/* The next edge that came from outside, false where there is none. */
bool rig_next_edge(struct edge *edge);
/* The program is over; from here on the rig may only look into it. Does not return. */
void rig_end(lua_State *L, const char *reason);
/* The program wants to begin anew: the rig ends this process and starts another. Does not return. */
void rig_restart(lua_State *L);

/* ---- modules.c: what NodeMCU adds to Lua; of each module what the HAL uses ---- */

void modules_open(lua_State *L);
/* dofile(name) of a file in the flash. */
int modules_run_file(lua_State *L);
/* Calls back what is due. False where nothing is: then `*wake_ns` is when an alarm will be, negative for never. */
bool modules_call_back(lua_State *L, int64_t *wake_ns);
/* Lets the time of a call into a module pass. */
void module_called(lua_State *L);
/* Calls the function of a reference with the numbers on top of it; `release` gives the reference up. */
void call_back(lua_State *L, int reference, int argument_count, bool release);
/* Puts a table of functions on the stack. */
void push_module(lua_State *L, const luaL_Reg *functions);
void set_number(lua_State *L, const char *name, int value);

void open_bit(lua_State *L);
void open_file(lua_State *L);
void open_gpio(lua_State *L);
void open_node(lua_State *L);
/* Loads the Lua Flash Store: code that a board executes in its flash. Raises an error where it is refused. */
int open_flash_store(lua_State *L);
void open_spi(lua_State *L);
void open_tmr(lua_State *L);
void open_uart(lua_State *L);

/* Calls back for the next edge, alarm, or posted task; false where none is due. */
bool gpio_call_back(lua_State *L);
bool tmr_call_back(lua_State *L);
bool node_call_back(lua_State *L);
/* When the next alarm is due, negative for never. */
int64_t tmr_next_ns(void);
/* An instant as tmr.now() gives it: microseconds of the board's clock since power-up, 31 bits. */
int32_t tmr_microseconds(int64_t at_ns);

#endif
