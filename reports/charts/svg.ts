import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { failure } from '../../harness/errors.js';
import { fontFiles, readAdvances } from './fonts.js';

/** The part of a text mark that its width depends on. */
interface TextItem {
  fontSize?: number;
  fontWeight?: string | number;
}

interface TextMetrics {
  width: (item: TextItem, text: string | number | null) => number;
}

let measuring = false;

/**
 * Vega has no canvas here and would guess 0.8 × size for each character, which leaves wide margins and drops axis labels
 * that would fit. Widths are taken from the font itself instead.
 */
function measureWithFont(): void {
  if (measuring) return;
  const regular = readAdvances(fontFiles.regular);
  const bold = readAdvances(fontFiles.bold);
  // Not in vega’s typings.
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => {
    const size = item.fontSize ?? 11;
    const heavy = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
    const advance = heavy ? bold : regular;
    const line = text === null ? '' : String(text).trim();
    return Array.from(line).reduce((sum, character) => sum + size * advance(character.codePointAt(0) ?? 0), 0);
  };
  measuring = true;
}

/**
 * Draws a Vega-Lite specification as SVG, with no browser and no canvas. The same specification gives the same bytes,
 * as long as charts are drawn one after another.
 *
 * @param onWarning told what vega-lite found odd in the specification
 * @throws PktpathError (exit code 1) when the specification cannot be drawn
 */
export async function renderSvg(
  spec: TopLevelSpec,
  onWarning: (message: string) => void = () => undefined,
): Promise<string> {
  measureWithFont();
  const errors: string[] = [];
  const logger = collectingLogger(errors, onWarning);
  try {
    const { spec: compiled } = compile(spec, { logger });
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
    await view.runAsync();
    // Ids of clip paths come from a counter of the process; starting over makes the file reproducible.
    vega.resetSVGDefIds();
    const svg = await view.toSVG();
    view.finalize();
    if (errors.length > 0) throw new Error(errors.join('; '));
    return svg;
  } catch (error) {
    throw failure('a chart could not be drawn', 'The tables and run.json have the same figures.', error);
  }
}

/** Vega’s own logger prints to the console, and lets a chart pass that had an error. */
function collectingLogger(errors: string[], onWarning: (message: string) => void): vega.LoggerInterface {
  const error = (...parts: unknown[]): vega.LoggerInterface => {
    errors.push(parts.map(String).join(' '));
    return logger;
  };
  const warn = (...parts: unknown[]): vega.LoggerInterface => {
    onWarning(parts.map(String).join(' '));
    return logger;
  };
  const ignore = (): vega.LoggerInterface => logger;
  // One name for asking (no argument) and setting; there is only one level here.
  function level(_: number): vega.LoggerInterface;
  function level(): number;
  function level(value?: number): number | vega.LoggerInterface {
    return value === undefined ? vega.Warn : logger;
  }
  const logger: vega.LoggerInterface = { level, error, warn, info: ignore, debug: ignore };
  return logger;
}
