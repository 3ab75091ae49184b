/** The device's cryptography: AES-128 encryption and AES-CMAC. */
export { encryptBlock, forgetKey, useKey } from "./aes.ts";
export { cmac, doubleBlock } from "./cmac.ts";
