/** The device's cryptography: AES-128 encryption, by the module for the processor's width, and AES-CMAC. */
export { encryptBlock, forgetKey } from "#aes";
export { cmac, doubleBlock } from "./cmac.ts";
