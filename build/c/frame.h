/* Generated from firmware/lorawan/frame.ts. */
#ifndef JOINERY_FRAME_H
#define JOINERY_FRAME_H

#include "joinery.h"

extern uint8_t frame_frame[80];

#endif
