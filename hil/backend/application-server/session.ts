/** The application's side of one activation: AppSKey and counters. LoRaWAN L2 1.0.4 and 1.1, section 4.3.3. */
import { cryptFrmPayload, type Direction } from "../../lorawan/index.ts";
import type { KeyEnvelope } from "../interfaces/index.ts";

/** How the Network Server tells one activation from another. */
export interface SessionIdentity {
  readonly devAddr: string;
  readonly sessionKeyId: string | undefined;
  readonly envelope: KeyEnvelope | undefined;
}

/** An uplink in a session whose AppSKey is not known yet. */
export interface EncryptedUplink {
  readonly fCnt: number;
  readonly fPort: number;
  readonly confirmed: boolean;
  readonly receivedAt: string;
  readonly frmPayload: Uint8Array;
}

export class ApplicationSession {
  /** Last FCntUp accepted. */
  fCntUp: number | undefined;
  /** Counter of the next downlink. */
  nextFCntDown = 0;
  /** Uplinks that wait for the AppSKey. */
  readonly waiting: EncryptedUplink[] = [];
  readonly #identity: SessionIdentity;
  #appSKey: Uint8Array | undefined;

  constructor(identity: SessionIdentity) {
    this.#identity = identity;
  }

  // Getters, so that printing a session prints no key: an envelope may hold one in clear.
  get identity(): SessionIdentity {
    return this.#identity;
  }
  get appSKey(): Uint8Array | undefined {
    return this.#appSKey;
  }

  set appSKey(key: Uint8Array) {
    this.#appSKey = key;
  }

  /** Whether a message of the Network Server speaks of this activation. */
  is(other: SessionIdentity): boolean {
    const { devAddr, sessionKeyId, envelope } = this.#identity;
    if (devAddr !== other.devAddr || sessionKeyId !== other.sessionKeyId) return false;
    return sessionKeyId !== undefined || envelope?.AESKey === other.envelope?.AESKey;
  }

  /** Encrypts a downlink or decrypts an uplink. The session must have its AppSKey. */
  crypt(direction: Direction, fCnt: number, frmPayload: Uint8Array): Buffer {
    if (!this.#appSKey) throw new Error(`the AppSKey of DevAddr ${this.#identity.devAddr} is not known`);
    return cryptFrmPayload({ devAddr: this.#identity.devAddr, fCnt, direction }, this.#appSKey, frmPayload);
  }
}
