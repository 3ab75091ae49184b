/* Between the start-up code and the board. */
#ifndef RP2040_START_H
#define RP2040_START_H

/* The board's: sets up all that the program finds. The clocks run, and the subsystems that the boards use. */
void start_board(void);

#endif
