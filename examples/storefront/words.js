// Texts for the user: localized names, and error messages.

import { Refused, Unreachable } from "./api.js";
import { NoAddress } from "./checkout.js";
import { SessionExpired, WrongPassword } from "./session.js";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]; // origins that the server always accepts

/** Return the text to show: a localized text is a map by language, or a plain text if one language was requested. */
export function text(localized) {
  return typeof localized === "string" ? localized : (Object.values(localized ?? {})[0] ?? "");
}

/** Return an amount with its currency, as people write it in a language. */
export function money(amount, currency, language) {
  return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
}

/** Return what went wrong and what to do about it. */
export function advice(error, { server, tenant }) {
  if (error instanceof Unreachable) {
    const allowing = LOOPBACK.includes(location.hostname) ? "" : ` --cors-origin ${location.origin}`;
    return `No answer from ${server}. Start the server with “mockserver serve${allowing}”, and check the address.`;
  }
  if (error instanceof WrongPassword) {
    return (
      `Tenant “${tenant}” has no customer with this e-mail and password. ` +
      "In the default world every password is secret1."
    );
  }
  if (error instanceof SessionExpired) return "Your session has expired. Please log in again.";
  if (error instanceof NoAddress) return "Your account has no address. Please add one first.";
  if (error instanceof Refused) return refusal(error);
  reportError(error);
  return "This page has a bug; the browser's console shows the error.";
}

/** Return what the server refused: its message, the details about fields, and the simulator's hint. */
export function refusal({ status, message, details, hint }) {
  const reasons = details.map((detail) => ` ${detail.message ?? detail}`).join("");
  return `The server answered ${status}: ${message}${reasons}${hint ? ` Hint: ${hint}.` : ""}`;
}
