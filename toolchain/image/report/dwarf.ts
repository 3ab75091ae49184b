/**
 * What gcc's debug information says of a linked program: which function of the sources each piece of code was
 * written in, where it was inlined, and the files of functions and variables. "DWARF Debugging Information
 * Format", versions 2 to 4; section numbers are those of version 4.
 */
import { Cursor } from "../cursor.ts";
import { type ElfFile, text } from "../elf-file.ts";
import { BuildError } from "../errors.ts";
import { lineTableFiles } from "../line-table.ts";

/** Code of one function: a function of its own, or where it was inlined into another. */
export interface Scope {
  /** The name in C. */
  readonly name: string;
  /** The file that declares it, as `#line` or the compiler's command line named it. */
  readonly file: string;
  /** Half-open. */
  readonly ranges: readonly { readonly low: number; readonly high: number }[];
  /** Where the function was inlined from: a line of the scope around it. */
  readonly calledAt?: { readonly file: string; readonly line: number };
  /** The functions inlined there. */
  readonly inner: readonly Scope[];
}

export interface DebugInfo {
  /** Functions that have code of their own. */
  readonly functions: readonly Scope[];
  /**
   * The files of variables that have a place of their own, static ones of functions among them, by their names in C.
   */
  readonly variables: ReadonlyMap<string, string>;
}

// Section 7.5.4, figure 18.
const TAG_LEXICAL_BLOCK = 0x0b;
const TAG_COMPILE_UNIT = 0x11;
const TAG_INLINED_SUBROUTINE = 0x1d;
const TAG_SUBPROGRAM = 0x2e;
const TAG_VARIABLE = 0x34;
// Section 7.5.4, figure 20.
const AT_LOCATION = 0x02;
const AT_NAME = 0x03;
const AT_STMT_LIST = 0x10;
const AT_LOW_PC = 0x11;
const AT_HIGH_PC = 0x12;
const AT_ABSTRACT_ORIGIN = 0x31;
const AT_DECL_FILE = 0x3a;
const AT_SPECIFICATION = 0x47;
const AT_RANGES = 0x55;
const AT_CALL_FILE = 0x58;
const AT_CALL_LINE = 0x59;

const FORM_ADDR = 0x01;
/** Section 7.7.1: the location is the address that follows. */
const OP_ADDR = 0x03;

/** A debugging information entry. */
interface Entry {
  readonly tag: number;
  readonly unit: Unit;
  readonly attributes: ReadonlyMap<number, Attribute>;
  readonly children: Entry[];
}

/** A number, an address, the offset of another entry, or a text. */
interface Attribute {
  readonly form: number;
  readonly value: number | string;
}

interface Unit {
  /** Where it begins in .debug_info. */
  readonly offset: number;
  readonly version: number;
  readonly addressSize: number;
  /** What the addresses of its ranges count from. */
  base: number;
  /** By number, from 1. */
  files: readonly string[];
}

/**
 * Reads what there is; nothing where the file has no debug information. Units of version 5 are left out, which
 * libraries of a newer gcc come with, unless all are: then, and for a form that is not known, it throws BuildError.
 */
export function readDebugInfo(elf: ElfFile): DebugInfo {
  const reader = new InfoReader(elf);
  const functions: Scope[] = [];
  const variables = new Map<string, string>();
  for (const unit of reader.readUnits()) {
    for (const entry of unit.children) {
      if (entry.tag === TAG_SUBPROGRAM) functions.push(...reader.scopes(entry));
      for (const variable of variablesIn(entry)) {
        const { name, file } = reader.declaration(variable);
        if (name !== "" && file !== "") variables.set(name, file);
      }
    }
  }
  return { functions, variables };
}

/** The variables at file level, and those in functions that have an address. */
function variablesIn(entry: Entry): Entry[] {
  switch (entry.tag) {
    case TAG_VARIABLE:
      return [entry];
    case TAG_SUBPROGRAM:
    case TAG_LEXICAL_BLOCK:
      return entry.children
        .flatMap(variablesIn)
        .filter((variable) => number(variable, AT_LOCATION) !== undefined);
    default:
      return [];
  }
}

interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly { readonly name: number; readonly form: number }[];
}

class InfoReader {
  readonly #info: Buffer;
  readonly #abbreviations: Buffer;
  readonly #strings: Buffer;
  readonly #lines: Buffer;
  readonly #ranges: Buffer;
  readonly #entries = new Map<number, Entry>();

  constructor({ sections }: ElfFile) {
    const octets = (name: string) => sections.get(name)?.octets ?? Buffer.alloc(0);
    this.#info = octets(".debug_info");
    this.#abbreviations = octets(".debug_abbrev");
    this.#strings = octets(".debug_str");
    this.#lines = octets(".debug_line");
    this.#ranges = octets(".debug_ranges");
  }

  /** The entries of the compilation units, section 7.5.1.1. */
  readUnits(): Entry[] {
    const units: Entry[] = [];
    const unread = new Set<number>();
    for (let offset = 0; offset < this.#info.length; ) {
      const cursor = new Cursor(this.#info, offset);
      const end = offset + 4 + cursor.unsigned(4);
      const version = cursor.unsigned(2);
      if (version < 2 || version > 4) {
        unread.add(version);
        offset = end;
        continue;
      }
      const abbreviations = this.#readAbbreviations(cursor.unsigned(4));
      const unit: Unit = { offset, version, addressSize: cursor.unsigned(1), base: 0, files: [] };
      const [root] = this.#readEntries(cursor, end, unit, abbreviations);
      if (root?.tag === TAG_COMPILE_UNIT) {
        unit.base = number(root, AT_LOW_PC) ?? 0;
        const lines = number(root, AT_STMT_LIST);
        if (lines !== undefined) unit.files = lineTableFiles(this.#lines, lines);
        units.push(root);
      }
      offset = end;
    }
    if (units.length === 0 && unread.size > 0) {
      throw new BuildError(`debug information of DWARF ${[...unread].join(" and ")}, not 2 to 4`);
    }
    return units;
  }

  /** The function of an entry, and what is inlined there; nothing where it has no code. */
  scopes(entry: Entry): Scope[] {
    const ranges = this.#rangesOf(entry);
    const inner = entry.children.flatMap((child) =>
      child.tag === TAG_LEXICAL_BLOCK || child.tag === TAG_INLINED_SUBROUTINE ? this.scopes(child) : [],
    );
    if (entry.tag === TAG_LEXICAL_BLOCK) return inner;
    return ranges.length === 0
      ? inner
      : [{ ...this.declaration(entry), calledAt: this.#call(entry), ranges, inner }];
  }

  #call(entry: Entry): Scope["calledAt"] {
    const [file, line] = [number(entry, AT_CALL_FILE), number(entry, AT_CALL_LINE)];
    return file === undefined || line === undefined
      ? undefined
      : { file: entry.unit.files[file - 1] ?? "", line };
  }

  /** The name and the file of what an entry is an instance of. */
  declaration(entry: Entry): { name: string; file: string } {
    let [name, file] = ["", ""];
    for (let at: Entry | undefined = entry; at !== undefined; at = this.#origin(at)) {
      const own = at.attributes.get(AT_NAME)?.value;
      const fileNumber = number(at, AT_DECL_FILE);
      if (name === "" && typeof own === "string") name = own;
      if (file === "" && fileNumber !== undefined) file = at.unit.files[fileNumber - 1] ?? "";
    }
    return { name, file };
  }

  #origin(entry: Entry): Entry | undefined {
    const offset = number(entry, AT_ABSTRACT_ORIGIN) ?? number(entry, AT_SPECIFICATION);
    return offset === undefined ? undefined : this.#entries.get(offset);
  }

  /** Section 2.17: a low and a high address, or a list. */
  #rangesOf(entry: Entry): { low: number; high: number }[] {
    const low = number(entry, AT_LOW_PC);
    const high = entry.attributes.get(AT_HIGH_PC);
    const list = number(entry, AT_RANGES);
    if (list !== undefined) return this.#readRanges(list, entry.unit);
    if (low === undefined || high === undefined) return [];
    const end = high.form === FORM_ADDR ? Number(high.value) : low + Number(high.value);
    return end > low ? [{ low, high: end }] : [];
  }

  /** Section 2.17.3: pairs of addresses up to one of zeros; all ones before a new base. */
  #readRanges(offset: number, { addressSize, base }: Unit): { low: number; high: number }[] {
    const cursor = new Cursor(this.#ranges, offset);
    const ranges: { low: number; high: number }[] = [];
    const newBase = addressSize === 2 ? 0xffff : 0xffffffff;
    for (let from = base; ; ) {
      const low = cursor.unsigned(addressSize);
      const high = cursor.unsigned(addressSize);
      if (low === 0 && high === 0) return ranges;
      if (low === newBase) from = high;
      else if (high > low) ranges.push({ low: from + low, high: from + high });
    }
  }

  #readEntries(
    cursor: Cursor,
    end: number,
    unit: Unit,
    abbreviations: ReadonlyMap<number, Abbreviation>,
  ): Entry[] {
    const siblings: Entry[] = [];
    while (cursor.at < end) {
      const offset = cursor.at;
      const abbreviation = abbreviations.get(cursor.leb128());
      if (abbreviation === undefined) break; // 0 ends the siblings
      const attributes = new Map<number, Attribute>();
      for (const { name, form } of abbreviation.attributes) {
        const attribute = this.#readAttribute(cursor, form, unit);
        if (attribute !== undefined) attributes.set(name, attribute);
      }
      const children = abbreviation.hasChildren ? this.#readEntries(cursor, end, unit, abbreviations) : [];
      const entry = { tag: abbreviation.tag, unit, attributes, children };
      this.#entries.set(offset, entry);
      siblings.push(entry);
    }
    return siblings;
  }

  /** Section 7.5.4, figure 21. Undefined for what nobody here asks for. */
  #readAttribute(cursor: Cursor, form: number, unit: Unit): Attribute | undefined {
    const skip = (octets: number) => {
      cursor.at += octets;
      return undefined;
    };
    const value = (read: number | string) => ({ form, value: read });
    const location = (octets: number) => {
      const end = cursor.at + octets;
      const isAddress = octets === 1 + unit.addressSize && cursor.unsigned(1) === OP_ADDR;
      const found = isAddress ? value(cursor.unsigned(unit.addressSize)) : undefined;
      cursor.at = end;
      return found;
    };
    switch (form) {
      case FORM_ADDR:
        return value(cursor.unsigned(unit.addressSize));
      case 0x03: // block2
        return skip(cursor.unsigned(2));
      case 0x04: // block4
        return skip(cursor.unsigned(4));
      case 0x09: // block
      case 0x18: // exprloc
        return location(cursor.leb128());
      case 0x0a: // block1
        return location(cursor.unsigned(1));
      case 0x0b: // data1
      case 0x0c: // flag
        return value(cursor.unsigned(1));
      case 0x05: // data2
        return value(cursor.unsigned(2));
      case 0x06: // data4
      case 0x10: // ref_addr: of four octets, as 32-bit DWARF has it from version 3 on
      case 0x17: // sec_offset
        return value(cursor.unsigned(4));
      case 0x07: // data8
      case 0x20: // ref_sig8
        return skip(8);
      case 0x08: // string
        return value(cursor.text());
      case 0x0e: // strp
        return value(text(this.#strings, cursor.unsigned(4)));
      case 0x0d: // sdata: only the sign would be read otherwise
      case 0x0f: // udata
        return value(cursor.leb128());
      case 0x11: // ref1
      case 0x12: // ref2
      case 0x13: // ref4
        return value(unit.offset + cursor.unsigned(1 << (form - 0x11)));
      case 0x15: // ref_udata
        return value(unit.offset + cursor.leb128());
      case 0x19: // flag_present
        return value(1);
      default:
        throw new BuildError(`debug information with a form that is not known: 0x${form.toString(16)}`);
    }
  }

  /** Section 7.5.3. */
  #readAbbreviations(offset: number): Map<number, Abbreviation> {
    const cursor = new Cursor(this.#abbreviations, offset);
    const found = new Map<number, Abbreviation>();
    for (let code = cursor.leb128(); code !== 0; code = cursor.leb128()) {
      const tag = cursor.leb128();
      const hasChildren = cursor.unsigned(1) === 1;
      const attributes: { name: number; form: number }[] = [];
      for (;;) {
        const [name, form] = [cursor.leb128(), cursor.leb128()];
        if (name === 0 && form === 0) break;
        attributes.push({ name, form });
      }
      found.set(code, { tag, hasChildren, attributes });
    }
    return found;
  }
}

function number(entry: Entry, name: number): number | undefined {
  const value = entry.attributes.get(name)?.value;
  return typeof value === "number" ? value : undefined;
}
