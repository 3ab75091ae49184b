/** How the octets of a store lie in the memory of a board. */
import { FLASH_STORE_BYTES, packFlashStore, unpackFlashStore } from "./flash-store.ts";

export interface StoreFormat {
  /** What the memory has. */
  readonly bytes: number;
  /** The memory, freshly written with what the store is to hold. */
  pack(contents: Uint8Array): Uint8Array;
  /** What the store in a memory holds. Throws EepromError where the memory has another size. */
  unpack(stored: Uint8Array): Uint8Array;
}

/** A store of `length` octets in a memory that is written octet by octet, or in the sectors of a flash. */
export function storeFormat(layout: "octets" | "flash-sectors", length: number): StoreFormat {
  if (layout === "octets") return { bytes: length, pack: (contents) => contents, unpack: (stored) => stored };
  return {
    bytes: FLASH_STORE_BYTES,
    pack: packFlashStore,
    unpack: (stored) => unpackFlashStore(stored, length),
  };
}
