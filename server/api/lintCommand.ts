/** `burnbook lint`: what is wrong with runbooks, for a person or a program. */
import { existsSync } from 'node:fs';
import { loadConfig } from '../config/config.js';
import { ConfigError } from '../config/yamlFile.js';
import type { LintFinding } from '../contract.js';
import { lintPaths } from '../runbook/lint.js';

interface LintCommandOptions {
  /** Folders and files. */
  readonly paths: readonly string[];
  /** Where SLOs are defined; one that does not exist says nothing, unless it was asked for. */
  readonly configFolder: string;
  readonly isConfigAsked: boolean;
  readonly json: boolean;
  /** Warnings fail as well. */
  readonly strict: boolean;
  readonly nowMs: number;
  readonly write: (line: string) => void;
}

/**
 * @returns whether all pass.
 * @throws ConfigError where the configuration cannot be read.
 */
export async function lintCommand(options: LintCommandOptions): Promise<boolean> {
  const { paths, json, strict, nowMs, write } = options;
  const { files, findings } = await lintPaths(paths, { nowMs, slos: await slosOf(options) });
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  if (json) write(JSON.stringify({ files: files.length, errors, warnings, findings }, null, 2));
  else {
    for (const finding of findings) write(shown(finding));
    write(
      `${counted(files.length, 'file')}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
    );
  }
  return errors === 0 && (!strict || warnings === 0);
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

function shown({ file, line, level, rule, message, help }: LintFinding): string {
  return `${file}:${line}: ${level} ${rule}: ${message}\n    ${help}`;
}

async function slosOf({
  configFolder,
  isConfigAsked,
}: LintCommandOptions): Promise<ReadonlySet<string> | null> {
  if (!existsSync(configFolder)) {
    if (isConfigAsked) throw new ConfigError(`--config ${configFolder} does not exist`);
    return null;
  }
  // Secrets are for those who send messages: any text stands in for them here.
  const config = await loadConfig(configFolder, () => 'https://unused.invalid/');
  return new Set(config.slos?.slos.map(({ name }) => name));
}
