export {
  DANE_EE,
  DANE_TA,
  PKIX_EE,
  PKIX_TA,
  type TlsaRecord,
  tlsaData,
  tlsaOwner,
  tlsaParameters,
} from "./tlsa.ts";
export {
  certificateFacts,
  dnsNamesOf,
  type TlsaQuestion,
  type TlsaVerdict,
  verifyPkix,
  verifyTlsa,
} from "./verify.ts";
