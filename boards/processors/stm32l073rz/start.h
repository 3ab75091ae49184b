/* Between the start-up code and the board. */
#ifndef STM32L073RZ_START_H
#define STM32L073RZ_START_H

/* The board's: sets it up and runs the program. The clocks run. */
__attribute__((noreturn)) void run_board(void);

#endif
