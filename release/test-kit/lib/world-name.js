// Names for the worlds of tests.

import { createHash } from 'node:crypto'

const MAX_READABLE_LENGTH = 40 // of the part that tells people which test it is
const HASH_DIGITS = 8

/** Return a name for the world of a test: readable, and unique. id: what is different in every test. */
export function nameWorld (title, id) {
  const words = title.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, MAX_READABLE_LENGTH).replace(/^-|-$/g, '')
  return `${words || 'test'}-${createHash('sha256').update(id).digest('hex').slice(0, HASH_DIGITS)}`
}
