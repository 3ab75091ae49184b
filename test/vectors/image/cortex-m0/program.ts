/** The image of runner.ts for a Cortex-M0 with nothing but memory, and the two that run it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AddressSpace, SystemBus } from "../../../../hil/emulator/cortex-m/bus.ts";
import { CortexM0, Fault } from "../../../../hil/emulator/cortex-m/core.ts";
import { hex } from "../../../../hil/emulator/cortex-m/hex.ts";
import { compile, formatDiagnostics } from "../../../../toolchain/compiler/index.ts";
import { aesCore } from "../../../../toolchain/image/aes-core.ts";
import { linkArmProgram } from "../../../../toolchain/image/arm-gcc.ts";
import { type ElfImage, readArmElf } from "../../../../toolchain/image/elf.ts";
import { STORE_BYTES } from "../image-subject.ts";
import { tracesOf } from "../key-traces.ts";

const FLASH_BYTES = 256 * 1024;
const RAM = 0x20000000;
const RAM_BYTES = 16 * 1024;
const STORE = RAM + RAM_BYTES - STORE_BYTES;
/** Far more than any question takes. */
const MOST_CYCLES = 20_000_000;
const MOST_MS = 20_000;

/** Arm's semihosting: the breakpoint that asks for it, and what it is asked for. */
const SEMIHOSTING = 0xab;
const SYS_WRITEC = 0x03;
const SYS_EXIT = 0x18;

const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** How sections lie in flash and RAM is what it is on a board. */
const SECTIONS = own("../../../../boards/processors/stm32l073rz");

export interface Program extends ElfImage {
  /** The contents of the flash, as a file. */
  readonly flashPath: string;
}

/** Compiles runner.ts and links it with the flags of a board; files go into `folder`. */
export async function buildProgram(
  folder: string,
  config: Readonly<Record<string, boolean>> = {},
): Promise<Program> {
  const { diagnostics, files } = compile({
    entry: own("../runner.ts"),
    aes: aesCore("cortex-m0plus"),
    config,
  });
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics, { colour: false }));
  const c = join(folder, "c");
  mkdirSync(c);
  for (const [name, text] of files) writeFileSync(join(c, name), text);
  const generated = [...files.keys()].filter((name) => name.endsWith(".c")).map((name) => join(c, name));
  const elf = await linkArmProgram({
    sources: [...generated, own("semihosting.c")],
    workDir: c,
    defines: { STORE_ADDRESS: `${STORE}UL` },
    ramBytes: RAM_BYTES - STORE_BYTES,
    script: own("image.ld"),
    folders: [c, SECTIONS],
  });
  const image = readArmElf(readFileSync(elf));
  const flashPath = join(folder, "flash.bin");
  writeFileSync(flashPath, image.flash);
  return { ...image, flashPath };
}

/** What the program says on the core of the emulated boards. Throws where it does not end as it should. */
export function runEmulated({ flash: image, ramEnd }: Program, store: Uint8Array): Uint8Array {
  const said: number[] = [];
  const misuses: string[] = [];
  let ended = false;
  const nothing: AddressSpace = {
    read(address) {
      throw new Fault(`reads ${hex(address)}, where nothing is`);
    },
    write(address) {
      throw new Fault(`writes ${hex(address)}, where nothing is`);
    },
    onBreak(code) {
      const [operation, parameter] = core.registers;
      if (code === SEMIHOSTING && operation === SYS_WRITEC) said.push(bus.readUint8(parameter));
      else if (code === SEMIHOSTING && operation === SYS_EXIT) {
        ended = true;
        core.stopCycles = 0;
      } else throw new Fault(`executes breakpoint ${code}, for operation ${operation}`);
    },
  };
  const flash = new Uint8Array(FLASH_BYTES);
  flash.set(image);
  const ram = new Uint8Array(RAM_BYTES);
  ram.set(store, STORE - RAM);
  const bus = new SystemBus({ start: 0, octets: flash }, { start: RAM, octets: ram }, nothing);
  const core = new CortexM0(bus, { start: 0, end: image.length, ramEnd }, 0, (misuse) =>
    misuses.push(misuse),
  );
  core.start();
  core.stopCycles = MOST_CYCLES;
  if (!core.halted) core.run();
  if (misuses.length > 0) throw new Error(misuses.join("; "));
  if (!ended) throw new Error(`the program has not ended after ${MOST_CYCLES} cycles`);
  const traces = tracesOf(store, Uint8Array.from(said), ram);
  if (traces.length > 0) throw new Error(`the program leaves ${traces.join(", ")}`);
  return Uint8Array.from(said);
}

/** Whether `runQemu` can do its work. */
export function hasQemu(): boolean {
  return spawnSync("qemu-system-arm", ["--version"], { stdio: "ignore" }).status === 0;
}

/** What the same octets say on the Cortex-M0 of qemu. Throws where the program does not end as it should. */
export function runQemu({ flashPath }: Program, store: Uint8Array): Uint8Array {
  const storePath = `${flashPath}.store`;
  writeFileSync(storePath, store);
  const { status, signal, stdout, stderr, error } = spawnSync(
    "qemu-system-arm",
    [
      ...["-machine", "microbit", "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "none"],
      ...["-chardev", "stdio,id=said", "-semihosting-config", "enable=on,target=native,chardev=said"],
      ...["-kernel", flashPath, "-device", `loader,file=${storePath},addr=${STORE},force-raw=on`],
    ],
    { stdio: ["ignore", "pipe", "pipe"], timeout: MOST_MS },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`qemu ended with ${status ?? signal}: ${stderr}`);
  return Uint8Array.from(stdout);
}
