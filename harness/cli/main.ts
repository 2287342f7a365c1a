#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ExitCode } from '../errors.js';
import { exitCodeOf, tellError, tolerateClosedPipes } from './output.js';
import { buildProgram } from './program.js';

tolerateClosedPipes();
try {
  const program = await buildProgram();
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said it already; 0 is --help and --version.
    process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  } else {
    tellError(error);
    process.exitCode = exitCodeOf(error);
  }
}
