/**
 * The Lua that stands before a program: functions that the generated code calls. A bundle holds the ones that it
 * uses and what those use.
 *
 * Arrays are tables from index 0 on; octets of constant tables are strings.
 */
import type { LuaDialect } from "./dialect.ts";

export type HelperName =
  | "floor"
  | "byte"
  | "spread"
  | "band"
  | "bor"
  | "bxor"
  | "mul32"
  | "zeros"
  | "rows"
  | "fill"
  | "copy"
  | "copyText"
  | "equal"
  | "load16le"
  | "load16be"
  | "load32le"
  | "load32be"
  | "store16le"
  | "store16be"
  | "store32le"
  | "store32be";

interface HelperSource {
  readonly needs: readonly HelperName[];
  /** An assignment to the name. */
  readonly text: string;
}

const shared: Partial<Record<HelperName, HelperSource>> = {
  floor: { needs: [], text: "floor = math.floor" },
  byte: { needs: [], text: "byte = string.byte" },
  /* A table of `count` zeros from index 0 on, no larger than they need. */
  zeros: {
    needs: ["spread"],
    text: `do
  local some = {}
  for i = 1, 255 do some[i] = 0 end
  zeros = function(count)
    if count <= 256 then return {[0] = 0, spread(some, 1, count - 1)} end
    local all = {}
    for i = 0, count - 1 do all[i] = 0 end
    return all
  end
end`,
  },
  /* A table of `count` new records from index 0 on. */
  rows: {
    needs: ["spread"],
    text: `rows = function(count, make)
  local others = {}
  for i = 1, count - 1 do others[i] = make() end
  return {[0] = make(), spread(others, 1, count - 1)}
end`,
  },
  fill: {
    needs: [],
    text: `fill = function(target, from, count, value)
  for i = from, from + count - 1 do target[i] = value end
end`,
  },
  copyText: {
    needs: ["byte"],
    text: `copyText = function(target, to, source, from, count)
  for i = 0, count - 1 do target[to + i] = byte(source, from + i + 1) end
end`,
  },
  /* In a time that does not depend on the values. */
  equal: {
    needs: [],
    text: `equal = function(a, atA, b, atB, count)
  local difference = 0
  for i = 0, count - 1 do
    local each = a[atA + i] - b[atB + i]
    difference = difference + each * each
  end
  return difference == 0
end`,
  },
  load16le: {
    needs: [],
    text: `load16le = function(octets, at)
  return octets[at] + octets[at + 1] * 256
end`,
  },
  load16be: {
    needs: [],
    text: `load16be = function(octets, at)
  return octets[at] * 256 + octets[at + 1]
end`,
  },
  load32le: {
    needs: [],
    text: `load32le = function(octets, at)
  return octets[at] + octets[at + 1] * 256 + octets[at + 2] * 65536 + octets[at + 3] * 16777216
end`,
  },
  load32be: {
    needs: [],
    text: `load32be = function(octets, at)
  return octets[at] * 16777216 + octets[at + 1] * 65536 + octets[at + 2] * 256 + octets[at + 3]
end`,
  },
  store32le: {
    needs: ["store16le"],
    text: `store32le = function(octets, at, value)
  local low = value % 65536
  store16le(octets, at, low)
  store16le(octets, at + 2, (value - low) QUOTIENT 65536)
end`,
  },
  store32be: {
    needs: ["store16be"],
    text: `store32be = function(octets, at, value)
  local low = value % 65536
  store16be(octets, at + 2, low)
  store16be(octets, at, (value - low) QUOTIENT 65536)
end`,
  },
  store16le: {
    needs: [],
    text: `store16le = function(octets, at, value)
  local low = value % 256
  octets[at] = low
  octets[at + 1] = (value - low) QUOTIENT 256
end`,
  },
  store16be: {
    needs: [],
    text: `store16be = function(octets, at, value)
  local low = value % 256
  octets[at + 1] = low
  octets[at] = (value - low) QUOTIENT 256
end`,
  },
};

const only53: Partial<Record<HelperName, HelperSource>> = {
  spread: { needs: [], text: "spread = table.unpack" },
  /* Ranges that overlap are copied as if by way of a third place. */
  copy: {
    needs: [],
    text: `copy = function(target, to, source, from, count)
  table.move(source, from, from + count - 1, to, target)
end`,
  },
};

/**
 * The board's library of bits, if it computes with 32 bits as it must: `bit` or `bit32`. Otherwise four bits at a
 * time by a string of the 256 results, at a quarter of a kilobyte.
 */
const BIT_LIBRARY = `do
  local function serves(library)
    return type(library) == "table" and pcall(function()
      assert(library.band(-1, -1431655766) % 4294967296 == 2863311530)
      assert(library.bor(-2147483648, -2147483647) % 4294967296 == 2147483649)
      assert(library.bxor(-1, 65535) % 4294967296 == 4294901760)
    end)
  end
  local library = serves(bit) and bit or serves(bit32) and bit32
  if library then
    band, bor, bxor = library.band, library.bor, library.bxor
  else
    local both = {}
    for i = 0, 255 do
      local a, b, bits = i % 16, (i - i % 16) / 16, 0
      for k = 3, 0, -1 do
        local place = 2 ^ k
        if a >= place and b >= place then bits = bits + place end
        a, b = a % place, b % place
      end
      both[i + 1] = string.char(bits)
    end
    both = table.concat(both)
    local byte = string.byte
    band = function(a, b)
      a, b = a % 4294967296, b % 4294967296
      local result, place = 0, 1
      while a > 0 and b > 0 do
        local x, y = a % 16, b % 16
        result = result + byte(both, x + y * 16 + 1) * place
        a, b, place = (a - x) / 16, (b - y) / 16, place * 16
      end
      return result
    end
    bor = function(a, b)
      a, b = a % 4294967296, b % 4294967296
      return a + b - band(a, b)
    end
    bxor = function(a, b)
      a, b = a % 4294967296, b % 4294967296
      return a + b - 2 * band(a, b)
    end
  end
end`;

const only51: Partial<Record<HelperName, HelperSource>> = {
  spread: { needs: [], text: "spread = unpack or table.unpack" },
  band: { needs: ["bor", "bxor"], text: BIT_LIBRARY },
  /* The text of `band` gives all three. */
  bor: { needs: ["band"], text: "" },
  bxor: { needs: ["band"], text: "" },
  mul32: {
    needs: [],
    text: `mul32 = function(a, b)
  local low = b % 65536
  return (a * low + a % 65536 * (b - low)) % 4294967296
end`,
  },
  /* Ranges that overlap are copied as if by way of a third place. */
  copy: {
    needs: [],
    text: `copy = function(target, to, source, from, count)
  if to <= from then
    for i = 0, count - 1 do target[to + i] = source[from + i] end
  else
    for i = count - 1, 0, -1 do target[to + i] = source[from + i] end
  end
end`,
  },
};

const SOURCES: Readonly<Record<LuaDialect, Partial<Record<HelperName, HelperSource>>>> = {
  "5.1": { ...shared, ...only51 },
  "5.3": { ...shared, ...only53 },
};

/** The names that the functions in use take up, and the text that defines them, each after what it needs. */
export function helperTexts(
  dialect: LuaDialect,
  used: Iterable<HelperName>,
): { readonly names: readonly HelperName[]; readonly text: string } {
  const names = new Set<HelperName>();
  const texts: string[] = [];
  const visit = (name: HelperName): void => {
    if (names.has(name)) return;
    names.add(name);
    const { needs, text } = SOURCES[dialect][name]!;
    for (const need of needs) visit(need);
    if (text !== "") texts.push(text.replaceAll("QUOTIENT", dialect === "5.3" ? "//" : "/"));
  };
  for (const name of used) visit(name);
  return { names: [...names], text: texts.join("\n") };
}

/**
 * Refuses a Lua whose numbers cannot hold what the program computes: builds for integers only, or with numbers of 32
 * bits. `error` level 0: the message is for people, without a place.
 */
export const NUMBER_CHECK: Readonly<Record<LuaDialect, string>> = {
  "5.1": `do
  local big = 9007199254740991
  if 1 / 2 == 0 or big - 1 == big or big % 2 ~= 1 or big < 4294967296 then
    error("this Lua cannot run the program: its numbers hold less than 53 bits, or integers only (needed: double)", 0)
  end
end`,
  "5.3": `do
  if math.type(4294967296) ~= "integer" or 4294967296 * 2097152 <= 0 then
    error("this Lua cannot run the program: its integers hold less than 64 bits (built with LUA_32BITS)", 0)
  end
end`,
};
