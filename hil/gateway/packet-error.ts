/**
 * A datagram or message that is not what the protocol says. `member` is the JSON member at fault ("rxpk[0].freq") or
 * the field of its header.
 */
export class PacketError extends Error {
  override readonly name = "PacketError";
  readonly member: string;

  constructor(member: string, problem: string) {
    super(`${member}: ${problem}`);
    this.member = member;
  }
}
