/** The server's side of TS004: fragments of a block, coded ones, and the commands of a session, all in hexadecimal. */
import { aesCmac, aesEncrypt } from "../../lorawan/index.ts";

export type FragmentationVersion = 1 | 2;

/** The fragments that the coded fragment `line`, from 1 on, is the sum of. */
export function fragmentsOfLine(line: number, count: number, version: FragmentationVersion): Set<number> {
  const drawn = new Set<number>();
  const modulus = count + (Number.isInteger(Math.log2(count)) ? 1 : 0);
  let x = 1 + 1001 * line;
  for (let draws = 0; version === 1 ? draws < count >> 1 : drawn.size < count >> 1; draws++) {
    let r = count;
    while (r >= count) {
      x = Math.floor(x / 2) + ((x ^ (x >> 5)) & 1) * 2 ** 22;
      r = x % modulus;
    }
    drawn.add(r);
  }
  return drawn;
}

interface SetUp {
  readonly control?: number;
  readonly descriptor?: number;
  readonly sessionCount?: number;
  readonly rootKey: Uint8Array;
}

export class BlockSender {
  readonly #fragments: Buffer[] = [];
  readonly size: number;
  readonly padding: number;
  readonly version: FragmentationVersion;

  constructor(
    readonly block: Buffer,
    size: number,
    version: FragmentationVersion,
  ) {
    this.size = size;
    this.version = version;
    const count = Math.ceil(block.length / size);
    this.padding = count * size - block.length;
    const padded = Buffer.concat([block, Buffer.alloc(this.padding)]);
    for (let i = 0; i < count; i++) this.#fragments.push(padded.subarray(i * size, (i + 1) * size));
  }

  get count(): number {
    return this.#fragments.length;
  }

  /** The data of fragment N, from 1 on; of a coded one where N is above the count. */
  data(n: number): Buffer {
    if (n <= this.count) return this.#fragments[n - 1];
    const sum = Buffer.alloc(this.size);
    for (const index of fragmentsOfLine(n - this.count, this.count, this.version))
      for (let i = 0; i < this.size; i++) sum[i] ^= this.#fragments[index][i];
    return sum;
  }

  /** DataFragment. */
  fragment(n: number): string {
    const head = Buffer.from([8, n & 0xff, n >> 8]);
    return Buffer.concat([head, this.data(n)]).toString("hex");
  }

  /** FragSessionSetupReq; `rootKey` signs the block: the AppKey, under LoRaWAN 1.0.4 the GenAppKey. */
  setUp({ control = 0, descriptor = 0x04030201, sessionCount = 1, rootKey }: SetUp): string {
    const request = Buffer.alloc(this.version === 1 ? 11 : 17);
    request[0] = 2;
    request.writeUInt16LE(this.count, 2);
    request[4] = this.size;
    request[5] = control;
    request[6] = this.padding;
    request.writeUInt32LE(descriptor, 7);
    if (this.version === 2) {
      request.writeUInt16LE(sessionCount, 11);
      const keyBlock = Buffer.alloc(16);
      keyBlock[0] = 0x30;
      const head = Buffer.alloc(16);
      head[0] = 0x49;
      head.writeUInt16LE(sessionCount, 1);
      head.writeUInt32LE(descriptor, 4);
      head.writeUInt32LE(this.block.length, 12);
      const mac = aesCmac(aesEncrypt(rootKey, keyBlock), Buffer.concat([head, this.block]));
      request.set(mac.subarray(0, 4), 13);
    }
    return request.toString("hex");
  }
}
