/* Between the start-up code and the board. */
#ifndef STM32L073RZ_START_H
#define STM32L073RZ_START_H

/* The board's: sets up all that the program finds. The clocks run. */
void start_board(void);

#endif
