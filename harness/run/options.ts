import { usageError } from '../errors.js';
import { unknownWord } from './nearest.js';
import type { OptionsOf, OptionValue, Parameter, Parameters } from './parameter.js';

/** What a run is like, where parameters have other defaults. */
export interface Variant {
  quick?: boolean;
  /** In a guest of the lab. */
  guest?: boolean;
}

/**
 * Resolves every parameter of an experiment or a path: its default (or the one of a variant), then each KEY=VALUE in turn.
 * @throws PktpathError (usage) for an unknown key, a value out of range, a text without `=`, or a key given twice
 */
export function resolveOptions<P extends Parameters>(
  name: string,
  parameters: P,
  settings: readonly string[],
  variant: Variant = {},
): OptionsOf<P> {
  const values: Record<string, OptionValue> = {};
  for (const [key, parameter] of Object.entries(parameters)) {
    values[key] = defaultOf(parameter, variant);
  }
  const seen = new Set<string>();
  for (const setting of settings) {
    const { key, text } = splitSetting(setting);
    // Own keys only: "constructor" is no parameter.
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    if (parameter === undefined) {
      const keys = Object.keys(parameters);
      throw usageError(`unknown parameter of ${name}: ${unknownWord(key, keys)}`, `it has these: ${keys.join(', ')}`);
    }
    if (seen.has(key)) throw usageError(`--set ${key} is given twice`, 'give several values with commas, once');
    seen.add(key);
    const read = parameter.schema.safeParse(text);
    if (!read.success) {
      const why = read.error.issues.map((issue) => issue.message).join('; ');
      throw usageError(`--set ${key}=${text.slice(0, 80)}: ${why}`, `${key}: ${parameter.help} (${parameter.accepts})`);
    }
    values[key] = read.data;
  }
  return values as OptionsOf<P>;
}

function defaultOf(parameter: Parameter, { quick, guest }: Variant): OptionValue {
  if (guest === true && parameter.guest !== undefined) return parameter.guest;
  return quick === true && parameter.quick !== undefined ? parameter.quick : parameter.default;
}

/** KEY=VALUE taken apart. @throws PktpathError (usage) for a text without `=` */
export function splitSetting(setting: string): { key: string; text: string } {
  const at = setting.indexOf('=');
  if (at <= 0) throw usageError(`--set ${setting.slice(0, 80)}: not of the form KEY=VALUE`, 'e.g. --set frameBytes=64');
  return { key: setting.slice(0, at).trim(), text: setting.slice(at + 1) };
}
