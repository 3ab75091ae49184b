/** Key pairs, fresh or from a secret. */
export { createKeyPair, type KeyKind, type KeyPair, type SecretSource } from "./key-pair.ts";
