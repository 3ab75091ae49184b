/**
 * What npm runs where the package is installed. A checkout builds its addon in the set-up step, when packages are
 * there.
 */
import { isCheckout } from "./checkout.mjs";

if (!isCheckout) {
  const { buildAddon } = await import("../../hil/trust/client-identity/build.mjs");
  console.log(`client-identity addon: ${buildAddon()}`);
}
