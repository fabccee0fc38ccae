// A customer's session: how it starts, for whom it acts, and how it continues when its token has expired.

import * as api from "./api.js";

/** No customer has this e-mail and this password. */
export class WrongPassword extends Error {}

/** The session cannot continue: the customer must log in again. */
export class SessionExpired extends Error {}

export class Session {
  #place;
  #tokens;
  #saasToken;

  constructor(place, tokens) {
    this.#place = place;
    this.#tokens = tokens;
    this.#saasToken = tokens.saas_token;
    this.legalEntityId = "";
  }

  static async begin(place, email, password) {
    const visitor = await api.visitorToken(place);
    const tokens = await api
      .login(place, visitor.access_token, email, password)
      .catch(because(401, new WrongPassword()));
    return new Session(place, tokens);
  }

  /** Act for a legal entity from now on, or for all of the customer's. */
  async actFor(legalEntityId) {
    await this.#renew(legalEntityId);
    this.legalEntityId = legalEntityId;
  }

  /** Call a function of api.js; if the token has expired, call it again with a new token. */
  async call(request, ...values) {
    try {
      return await request(this.#place, this.#tokens.access_token, ...values);
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    await this.#renew(this.legalEntityId);
    return request(this.#place, this.#tokens.access_token, ...values);
  }

  /** Send an order. The SaaS token is that of the login; a renewed session keeps it. */
  checkOut(order) {
    return this.call(api.checkOut, this.#saasToken, order);
  }

  end() {
    return api.logout(this.#place, this.#tokens.access_token).catch((error) => {
      if (error.status !== 401) throw error; // a 401 means that it had ended already
    });
  }

  /** A refresh token works once. The visitor's token may have expired as well, so each renewal gets a new one. */
  async #renew(legalEntityId) {
    const visitor = await api.visitorToken(this.#place);
    this.#tokens = await api
      .refresh(this.#place, visitor.access_token, this.#tokens.refresh_token, legalEntityId)
      .catch(because(401, new SessionExpired()));
  }
}

/** Return a function that throws the given error if the status matches, otherwise the original one. */
function because(status, meaning) {
  return (error) => {
    throw error.status === status ? meaning : error;
  };
}
