/*
 * The independent watchdog (RM0367, chapter 25), which counts in every mode. Its oscillator runs at 26 to 56 kHz
 * (DS10685, table 49): a program that has not slept for 18 to 40 s is reset. Once on it stays on until a reset.
 */
#ifndef STM32L073RZ_WATCHDOG_H
#define STM32L073RZ_WATCHDOG_H

#include "registers.h"

static inline void start_watchdog(void)
{
    IWDG->KR = IWDG_KR_START;
    IWDG->KR = IWDG_KR_ACCESS;
    IWDG->PR = IWDG_PR_256;
    IWDG->RLR = IWDG_RLR_MOST;
    while (IWDG->SR & (IWDG_SR_PVU | IWDG_SR_RVU))
        ;
    IWDG->KR = IWDG_KR_RELOAD;
}

#endif
