/*
 * The second stage of the boot (RP2040 datasheet, 2.8.1.3.1): the first 256 octets of the flash, the last four of them
 * a CRC that the toolchain computes. The boot ROM copies it to the end of the SRAM and calls it, on the ring
 * oscillator.
 *
 * It has the SSI read the flash for the bus by the command 03h, which every serial flash knows, copies the program that
 * lies behind it into the SRAM, and enters that through its vectors. The program runs there: no miss of the cache in
 * front of the flash makes a receive window late, and the flash is erased and programmed under nobody's feet.
 */
void second_stage(void);

__attribute__((naked, noreturn, used, section(".second_stage"))) void second_stage(void)
{
    __asm__ volatile(
        /* The registers of the SSI (4.10.13), which is off while they are written. */
        "    ldr  r3, =0x18000000\n"
        "    movs r1, #0\n"
        "    str  r1, [r3, #0x08]\n" /* SSIENR */
        "    movs r1, #2\n"
        "    str  r1, [r3, #0x14]\n" /* BAUDR: the system clock by two */
        "    ldr  r1, =0x001f0300\n"
        "    str  r1, [r3, #0x00]\n" /* CTRLR0: one line, frames of 32 bits, an address out and data in */
        "    movs r1, #0\n"
        "    str  r1, [r3, #0x04]\n" /* CTRLR1: one frame */
        "    ldr  r2, =0x180000f4\n"
        "    ldr  r1, =0x03000218\n"
        "    str  r1, [r2]\n" /* SPI_CTRLR0: the command 03h of 8 bits, an address of 24 */
        "    movs r1, #1\n"
        "    str  r1, [r3, #0x08]\n"
        /* The program, word by word. */
        "    ldr  r0, =program_source\n"
        "    ldr  r1, =program_begin\n"
        "    ldr  r2, =program_end\n"
        "1:\n"
        "    ldmia r0!, {r3}\n"
        "    stmia r1!, {r3}\n"
        "    cmp  r1, r2\n"
        "    blo  1b\n"
        /* Its vectors: VTOR, the stack, the way in (2.4.8). */
        "    ldr  r0, =program_begin\n"
        "    ldr  r1, =0xe000ed08\n"
        "    str  r0, [r1]\n"
        "    ldmia r0!, {r1, r2}\n"
        "    msr  msp, r1\n"
        "    bx   r2\n"
        "    .ltorg\n"
        "    .space second_stage + 252 - .\n"
        "    .word 0\n");
}
