/// <reference types="cypress" />
import type { StartOptions } from './index.js'

/** Start the simulator and add tasks such as `mock:reset`; return the configuration with `env.mockUrl`. */
export function addMockTasks (
  on: Cypress.PluginEvents, config: Cypress.PluginConfigOptions, options?: StartOptions
): Promise<Cypress.PluginConfigOptions>
