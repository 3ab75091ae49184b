/* Generated from firmware/lorawan/frame.ts. */
#include "joinery.h"
#include "frame.h"

#line 43 "firmware/lorawan/frame.ts"
/** Headroom and PHYPayload of the frame being sent or received. */
uint8_t frame_frame[80];
