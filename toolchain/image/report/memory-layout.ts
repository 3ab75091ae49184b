/** How the linker lays out the memories of a kind of processor. */

/** A named piece that no function or variable owns. */
export interface Piece {
  readonly low: number;
  readonly high: number;
  readonly origin: "system" | "library";
  readonly module: string;
  readonly name: string;
}

export interface MemoryLayout {
  /** Addresses of variables in the linker's address space. */
  isRam(address: number): boolean;
  /** Addresses of the flash; what is in neither, such as EEPROM and fuses, is not the image's. */
  isFlash(address: number): boolean;
  /** Where code lies: in the flash, or where the RAM holds a copy of it. */
  isCode(address: number): boolean;
  /** Names what lies between functions and tables, from one end to the other. */
  piecesBetween(low: number, high: number): Piece[];
  /** Symbols that are part of the start-up code, though they look like functions. */
  readonly startUp: ReadonlySet<string>;
}
