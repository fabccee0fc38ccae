// What the page says to a person: of texts in several languages, and of what went wrong.

import { Refused, Unreachable } from "./api.js";
import { SessionOver, WrongPassword } from "./session.js";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]; // whose pages the server answers without being told

/** A text is a map by language, or plain where a service was asked for one language. */
export function text(localized) {
  return typeof localized === "string" ? localized : (Object.values(localized ?? {})[0] ?? "");
}

/** Say what went wrong, and what to do. */
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
  if (error instanceof SessionOver) return "Your session is over. Please log in again.";
  if (error instanceof Refused) return refusal(error);
  reportError(error);
  return "This page has a mistake; the console of the browser shows it.";
}

/** Say what a server refused, in its own words and with the simulator's hint. */
export function refusal({ status, message, hint }) {
  return `The server answered ${status}: ${message}${hint ? ` Hint: ${hint}.` : ""}`;
}
