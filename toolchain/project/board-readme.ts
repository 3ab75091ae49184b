/**
 * The README that a new board begins with: its wiring, read off `board.json`, and the way to a board that is proven.
 */
import { type Board, isLuaBoard, type ProcessorBoard, resetLevel } from "../image/index.ts";

/** What the board drives its radio and its console by, by the names in `board.json`. */
type PinName = keyof Board["pins"] | "radioSck" | "radioMiso" | "radioMosi" | "consoleTx";

/** What the documents of the chips call each line, and what it is for. */
const LINES: Readonly<Record<PinName, { readonly line: string; readonly what: string }>> = {
  radioSelect: { line: "NSS", what: "selects the radio; low while it is spoken to" },
  radioReset: { line: "RESET", what: "driven low or left floating, never high" },
  busy: { line: "BUSY", what: "high while the radio takes no command" },
  dio0: { line: "DIO0", what: "interrupts: TxDone, RxDone" },
  dio1: { line: "DIO1", what: "interrupts: RxTimeout" },
  radioSck: { line: "SCK", what: "the clock of the SPI, mode 0" },
  radioMiso: { line: "MISO", what: "from the radio; pulled up, since it lets go of it while NSS is high" },
  radioMosi: { line: "MOSI", what: "to the radio" },
  consoleTx: { line: "", what: "the console: to RX of whatever reads it" },
};
/** Where the line resets at the other level. */
const HIGH_RESET = "driven high or left floating, never low";
/** The SX126x has no DIO0, and DIO1 stands for all. */
const DIO1_OF_SX126X = "interrupts: TxDone, RxDone, Timeout";

/** `like`: the board that it begins as, whose pins it has. */
export function boardReadme(name: string, like: Board): string {
  const code = isLuaBoard(like) ? "hal.lua" : "hal.c";
  const flash = isLuaBoard(like)
    ? ""
    : `${flashLine(name, like)}   # with --dry-run it prints the commands\n`;
  return `# ${name}

Begun as ${like.name} (${like.title}), whose README tells of ${topicsOf(like)}.

## Wiring

| radio | ${isLuaBoard(like) ? "module" : like.processor} | in board.json | what |
|---|---|---|---|
${wiringRows(like)}
| supply, GND | | | 100 nF and 10 µF at the module |
| antenna | | | never transmit without one |

The image is built for the pins in \`board.json\`. A pin that \`${code}\` cannot serve is refused when the image is built:
that is the file to change. Keep this table with \`board.json\`.

## From here to a board

1. Say in \`board.json\` what the board is: pins, radio, clock, flashing, currents.
2. Change \`${code}\` where the board differs in more than that. docs/porting.md of joinery goes through both.
3. Prove it on the emulated board, then get it into a real one:

\`\`\`
joinery build --board ${name}
joinery hil run join --board ${name}
${flash}\`\`\`
`;
}

/** What the README of a board tells of besides its wiring. */
function topicsOf(like: Board): string {
  if (isLuaBoard(like)) return "console, clock and uploading";
  return like.fuses === undefined ? "console, clock and flashing" : "console, clock, fuses and flashing";
}

/** The command, with what the usual way into the board asks for. */
function flashLine(name: string, { flashing = {} }: ProcessorBoard): string {
  const [usual] = Object.keys(flashing);
  const boot = flashing.avrdude?.bootLoader === undefined ? " --programmer usbasp" : " --port /dev/ttyUSB0";
  return `joinery flash --board ${name}${usual === "avrdude" ? boot : ""}`;
}

function wiringRows(like: Board): string {
  const { pins, radio } = like;
  const others = (!isLuaBoard(like) && like.otherPins) || {};
  const rows = Object.entries({ ...pins, ...others }).map(([field, pin]) => {
    const { line, what } = isPinName(field) ? LINES[field] : { line: "", what: "not of the radio" };
    const isOnlyInterrupt = field === "dio1" && pins.dio0 === undefined;
    const isHighReset = field === "radioReset" && resetLevel(radio) === "high";
    const meaning = isHighReset ? HIGH_RESET : isOnlyInterrupt ? DIO1_OF_SX126X : what;
    return `| ${line} | ${pin} | \`${field}\` | ${meaning} |`;
  });
  if (!Object.hasOwn(others, "radioSck")) rows.push("| MOSI, MISO, SCK | | | the SPI, at pins of its own |");
  return rows.join("\n");
}

function isPinName(field: string): field is PinName {
  return Object.hasOwn(LINES, field);
}
