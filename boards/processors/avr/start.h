/* Between the start-up code and the board. */
#ifndef AVR_START_H
#define AVR_START_H

/* The board's: sets up all that the program finds. Interrupts are off. */
void start_board(void);

#endif
