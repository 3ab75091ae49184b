/** Certificates of one organisation: root, intermediate, server and client leaves. */
export {
  type Authority,
  type Credentials,
  createAuthority,
  type LeafRequest,
  type Validity,
} from "./certificate-authority.ts";
