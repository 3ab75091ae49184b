/**
 * The registers of the SX1261/2: what stands in them after reset, who may write them, and what of them outlives
 * sleep. Datasheet, chapter 12 (table 12-1) and section 9.6 (retention). Settings that commands make are not in
 * here: most of the chip has no address.
 */
import { hex } from "../hex.ts";

export const Reg = {
  RetentionList: 0x029f,
  Version: 0x0320,
  WhiteningMsb: 0x06b8,
  WhiteningLsb: 0x06b9,
  CrcSeed: 0x06bc,
  CrcPolynomial: 0x06be,
  GfskSyncWord: 0x06c0,
  NodeAddress: 0x06cd,
  BroadcastAddress: 0x06ce,
  SynchTimeout: 0x0706,
  IqPolarity: 0x0736,
  LoraSyncWordMsb: 0x0740,
  LoraSyncWordLsb: 0x0741,
  HeaderCodingRate: 0x0749,
  HeaderCrc: 0x076b,
  RxAddrPtr: 0x0803,
  RandomNumber: 0x0819,
  TxModulation: 0x0889,
  RxGain: 0x08ac,
  TxClampConfig: 0x08d8,
  Ocp: 0x08e7,
  RtcControl: 0x0902,
  EventMask: 0x0944,
} as const;

/** The chip says the same of both parts. */
const VERSION_TEXT = "SX1261 V2D 2D02\0";

/** Address of the first register of a row, values after reset. */
const RESET: ReadonlyArray<readonly [number, readonly number[]]> = [
  [0x029f, [0, 0, 0, 0, 0, 0, 0, 0, 0]], // number of registers on the retention list, four addresses
  [0x0320, [...VERSION_TEXT].map((letter) => letter.charCodeAt(0))],
  [0x0580, [0x00]], // DIOx output enable
  [0x0583, [0x00]], // DIOx input enable
  [0x0584, [0x00]], // DIOx pull-up
  [0x0585, [0x00]], // DIOx pull-down
  [Reg.WhiteningMsb, [0x01, 0x00]], // GFSK: what the whitening starts from
  [Reg.CrcSeed, [0x1d, 0x0f, 0x10, 0x21]], // GFSK: CRC, start value and polynomial
  [Reg.GfskSyncWord, [0x97, 0x23, 0x52, 0x25, 0x56, 0x53, 0x65, 0x64]], // GFSK: sync word
  [Reg.NodeAddress, [0x00, 0x00]], // GFSK: node and broadcast address
  [Reg.SynchTimeout, [0x00]],
  [Reg.IqPolarity, [0x0d]],
  [Reg.LoraSyncWordMsb, [0x14, 0x24]], // private networks
  [Reg.HeaderCodingRate, [0x00]],
  [Reg.HeaderCrc, [0x00]],
  [Reg.RxAddrPtr, [0x00]],
  [Reg.RandomNumber, [0x00, 0x00, 0x00, 0x00]],
  [Reg.TxModulation, [0x01]],
  [Reg.RxGain, [0x94]],
  [Reg.TxClampConfig, [0xc8]],
  [0x08e2, [0x00]], // LNA, off for random numbers
  [0x08e5, [0x00]], // mixer, off for random numbers
  [Reg.Ocp, [0x18]],
  [Reg.RtcControl, [0x00]],
  [0x0911, [0x05, 0x05]], // XTA, XTB trim
  [0x0920, [0x01]], // DIO3 output voltage
  [Reg.EventMask, [0x00]],
];

const READ_ONLY: ReadonlySet<number> = new Set([
  ...[...VERSION_TEXT].map((_, index) => Reg.Version + index),
  Reg.HeaderCodingRate,
  Reg.HeaderCrc,
  ...[0, 1, 2, 3].map((index) => Reg.RandomNumber + index),
]);

const DOCUMENTED: ReadonlySet<number> = new Set(
  RESET.flatMap(([first, values]) => values.map((_, index) => first + index)),
);

/** What sleep takes away even where the settings are retained, unless the retention list names it. */
const VOLATILE = [Reg.TxModulation, Reg.RxGain] as const;

/** The ninth bit of the seed. */
const WHITENING_SEED_MSB = 0x01;

const SIZE = 0x1000;
const RETAINED_AT_MOST = 4;

export class Registers {
  #octets = atReset();

  read(address: number): number {
    return this.#octets[address] ?? 0;
  }

  /** As the modem writes. */
  set(address: number, value: number): void {
    this.#octets[address] = value;
  }

  /** As the host writes, with what is wrong about it. */
  write(address: number, value: number): string | undefined {
    const write = `write of ${hex(value)} to register ${hex(address, 4)}`;
    if (address >= SIZE) return `${write}: there is none, addresses end at 0x0FFF`;
    if (READ_ONLY.has(address)) return `${write}: the register is read-only`;
    const before = this.#octets[address];
    this.#octets[address] = value;
    if (address === Reg.WhiteningMsb && ((before ^ value) & ~WHITENING_SEED_MSB) !== 0) {
      return `${write}: bits 7:1 must stay as they are, only bit 0 is the seed's (table 12-1)`;
    }
    return DOCUMENTED.has(address) ? undefined : `${write}: the address is not documented (table 12-1)`;
  }

  /** Sleep with retention: what does not outlive it is as after reset. */
  loseVolatile(): void {
    const fresh = atReset();
    const retained = this.#retained();
    for (const address of VOLATILE) {
      if (!retained.has(address)) this.#octets[address] = fresh[address];
    }
  }

  /** The addresses on the retention list. */
  #retained(): ReadonlySet<number> {
    const count = Math.min(this.read(Reg.RetentionList), RETAINED_AT_MOST);
    const first = Reg.RetentionList + 1;
    return new Set(
      Array.from(
        { length: count },
        (_, index) => (this.read(first + 2 * index) << 8) | this.read(first + 2 * index + 1),
      ),
    );
  }
}

function atReset(): Uint8Array {
  const octets = new Uint8Array(SIZE);
  for (const [first, values] of RESET) octets.set(values, first);
  return octets;
}
