/**
 * Where a data block goes: memory of the application or of the board, octet by octet. C of the application implements it
 * (docs/packages.md); under Node whatever `bindSink` installed.
 */
import type { u8, u16, u32 } from "../../lang/index.ts";

/** The memory under Node. */
export interface Sink {
  read(offset: u16): u8;
  write(offset: u16, value: u8): void;
  end(length: u16, descriptor: u32): void;
}

let sink: Sink;

/** Installs the memory that the functions below use under Node. Not part of the device language. */
export function bindSink(memory: Sink): void {
  sink = memory;
}

/** The octet at `offset`, which lies below MAX_BLOCK and was written before. @extern block_read */
export function readBlock(offset: u16): u8 {
  return sink.read(offset);
}

/**
 * Writes the octet at `offset`, which lies below MAX_BLOCK. Octets come in any order; those of lost fragments are written
 * more than once. @extern block_write
 */
export function writeBlock(offset: u16, value: u8): void {
  sink.write(offset, value);
}

/** The block is whole: `length` octets from offset 0 on, with the Descriptor that the server gave. @extern block_end */
export function endBlock(length: u16, descriptor: u32): void {
  sink.end(length, descriptor);
}
