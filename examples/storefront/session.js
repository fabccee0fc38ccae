// A customer's session: how it begins, for whom it acts, and how it goes on when its token is over.

import * as api from "./api.js";

/** No customer has this e-mail and this password. */
export class WrongPassword extends Error {}

/** The session cannot go on: the customer has to log in again. */
export class SessionOver extends Error {}

export class Session {
  #place;
  #tokens;

  constructor(place, tokens) {
    this.#place = place;
    this.#tokens = tokens;
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

  /** Call one of the functions of api.js; if the token is over, once more with a new one. */
  async call(request, ...given) {
    try {
      return await request(this.#place, this.#tokens.access_token, ...given);
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    await this.#renew(this.legalEntityId);
    return request(this.#place, this.#tokens.access_token, ...given);
  }

  end() {
    return api.logout(this.#place, this.#tokens.access_token).catch((error) => {
      if (error.status !== 401) throw error; // else it was over already
    });
  }

  /** A refresh token is good once; the token of the visitor may be over too, so each time there is a new one. */
  async #renew(legalEntityId) {
    const visitor = await api.visitorToken(this.#place);
    this.#tokens = await api
      .refresh(this.#place, visitor.access_token, this.#tokens.refresh_token, legalEntityId)
      .catch(because(401, new SessionOver()));
  }
}

/** Return a function that throws the meaning of a status in place of the refusal. */
function because(status, meaning) {
  return (error) => {
    throw error.status === status ? meaning : error;
  };
}
