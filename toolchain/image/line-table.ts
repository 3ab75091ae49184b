/**
 * The line number programs of gcc's debug information: which line of the sources the code at an address is of. "DWARF
 * Debugging Information Format", versions 2 to 4; section numbers are those of version 4.
 */
import { Cursor } from "./cursor.ts";

/** From this address on, up to that of the next row, code is of that line. */
export interface LineRow {
  readonly address: number;
  /** As `#line` or the compiler's command line named it. */
  readonly file: string;
  readonly line: number;
  /** The first address behind a stretch of code: of no line. */
  readonly isEnd: boolean;
  /**
   * Where .debug_line has by how much this row lies behind the one before, as two octets; where it says so otherwise,
   * undefined.
   */
  readonly advanceAt?: number;
}

/** What precedes the rows, section 6.2.4. */
interface Header {
  readonly version: number;
  readonly files: readonly string[];
  readonly instructionOctets: number;
  readonly lineBase: number;
  readonly lineRange: number;
  /** Of the standard opcodes from 1 on, how many operands each has. */
  readonly operands: readonly number[];
}

// Section 6.2.5.2.
const COPY = 1;
const ADVANCE_PC = 2;
const ADVANCE_LINE = 3;
const SET_FILE = 4;
const CONST_ADD_PC = 8;
const FIXED_ADVANCE_PC = 9;
// Section 6.2.5.3.
const EXTENDED = 0;
const END_SEQUENCE = 1;
const SET_ADDRESS = 2;

/** The file names of the program that begins at an offset of .debug_line, from number 1 on. */
export function lineTableFiles(lines: Buffer, offset: number): readonly string[] {
  const cursor = new Cursor(lines, offset + 4);
  return readHeader(cursor).files;
}

/**
 * The rows of .debug_line, program by program. Those of version 5 are left out, which libraries of a newer gcc come
 * with.
 */
export function readLineRows(lines: Buffer): LineRow[] {
  const rows: LineRow[] = [];
  for (let offset = 0; offset < lines.length; ) {
    const cursor = new Cursor(lines, offset);
    const end = offset + 4 + cursor.unsigned(4);
    if (lines.readUInt16LE(cursor.at) <= 4) readProgram(cursor, end, rows);
    offset = end;
  }
  return rows;
}

function readHeader(cursor: Cursor): Header {
  const version = cursor.unsigned(2);
  const length = cursor.unsigned(4);
  const programAt = cursor.at + length;
  const instructionOctets = cursor.unsigned(1);
  cursor.at += version >= 4 ? 2 : 1; // instructions that are issued together; whether lines are statements at first
  const lineBase = (cursor.unsigned(1) << 24) >> 24;
  const lineRange = cursor.unsigned(1);
  const opcodes = cursor.unsigned(1);
  const operands = Array.from({ length: opcodes - 1 }, () => cursor.unsigned(1));
  const directories = [""];
  for (let name = cursor.text(); name !== ""; name = cursor.text()) directories.push(`${name}/`);
  const files: string[] = [];
  for (let name = cursor.text(); name !== ""; name = cursor.text()) {
    const directory = directories[cursor.leb128()] ?? "";
    cursor.leb128(); // when it was changed
    cursor.leb128(); // how long it is
    files.push(directory + name);
  }
  cursor.at = programAt;
  return { version, files, instructionOctets, lineBase, lineRange, operands };
}

/** Section 6.2.5: carries a program out and adds its rows. */
function readProgram(cursor: Cursor, end: number, rows: LineRow[]): void {
  const { files, instructionOctets, lineBase, lineRange, operands } = readHeader(cursor);
  const firstSpecial = operands.length + 1;
  const advanceOf = (special: number) => Math.floor((special - firstSpecial) / lineRange) * instructionOctets;
  let [address, file, line] = [0, 1, 1];
  let advanceAt: number | undefined;
  const add = (isEnd: boolean) => {
    rows.push({ address, file: files[file - 1] ?? "", line, isEnd, advanceAt });
    advanceAt = undefined;
  };
  while (cursor.at < end) {
    const opcode = cursor.unsigned(1);
    if (opcode >= firstSpecial) {
      address += advanceOf(opcode);
      line += lineBase + ((opcode - firstSpecial) % lineRange);
      add(false);
      continue;
    }
    switch (opcode) {
      case EXTENDED: {
        const next = cursor.leb128() + cursor.at;
        const extended = cursor.unsigned(1);
        if (extended === SET_ADDRESS) address = cursor.unsigned(next - cursor.at);
        if (extended === END_SEQUENCE) {
          add(true);
          [address, file, line] = [0, 1, 1];
        }
        cursor.at = next;
        break;
      }
      case COPY:
        add(false);
        break;
      case ADVANCE_PC:
        address += cursor.leb128() * instructionOctets;
        break;
      case ADVANCE_LINE:
        line += cursor.signedLeb128();
        break;
      case SET_FILE:
        file = cursor.leb128();
        break;
      case CONST_ADD_PC:
        address += advanceOf(255);
        break;
      case FIXED_ADVANCE_PC:
        advanceAt = cursor.at;
        address += cursor.unsigned(2);
        break;
      default:
        // Columns, statements, prologues: what nobody here asks for.
        for (let left = operands[opcode - 1]; left > 0; left--) cursor.leb128();
    }
  }
}
