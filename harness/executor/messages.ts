import type { NativeAddon } from './contract.js';

/** The calls that the worker answers: those of the addon, by name. */
export type Call = {
  [Name in keyof NativeAddon]: { name: Name; arguments: Parameters<NativeAddon[Name]> };
}[keyof NativeAddon];

export interface Request {
  id: number;
  call: Call;
}

/**
 * `unsupported`: this kernel, device or machine cannot give what was asked. Everything else is a failure, unless the
 * other side knows the exit code better.
 */
export type Answer =
  | { id: number; value: unknown }
  | { id: number; error: string; unsupported: boolean; exitCode?: number; hint?: string };

/** Asks the worker to stop what runs and to end; there is no answer but its end. */
export const goodbye = 'goodbye';
