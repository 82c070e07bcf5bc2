/**
 * udev's rules files: udev(7) of systemd 252. A line is a list of `KEY{attribute}OP"value"`; a line with a fault is
 * left out and the fault told, as udevd tells it.
 */

export type Operator = '==' | '!=' | '=' | '+=' | '-=' | ':=';

export interface RuleToken {
  readonly key: string;
  /** What stands in braces. */
  readonly attribute: string | undefined;
  readonly operator: Operator;
  readonly value: string;
}

export interface Rule {
  readonly file: string;
  readonly line: number;
  /** Conditions before assignments, as udevd sorts them. */
  readonly tokens: readonly RuleToken[];
  readonly label: string | undefined;
  readonly goto: string | undefined;
}

export interface RulesFile {
  readonly path: string;
  readonly text: string;
}

const MATCH_ONLY = new Set(
  'ACTION DEVPATH KERNEL KERNELS SUBSYSTEM SUBSYSTEMS DRIVER DRIVERS ATTRS TAGS TEST RESULT CONST'.split(' '),
);
const ASSIGN_ONLY = new Set('OPTIONS OWNER GROUP MODE RUN LABEL GOTO SECLABEL'.split(' '));
const BOTH = new Set('NAME SYMLINK ENV TAG ATTR SYSCTL PROGRAM IMPORT'.split(' '));
/** Keys that must have an attribute, those that may, and all others that must not. */
const NEEDS_ATTRIBUTE = new Set(['ENV', 'CONST', 'ATTR', 'ATTRS', 'SYSCTL', 'SECLABEL', 'IMPORT']);
const MAY_HAVE_ATTRIBUTE = new Set(['TEST', 'RUN']);
/** Which operators beside `=` an assignment takes; others count as `=` with a warning. */
const ADDS = new Set(['NAME', 'SYMLINK', 'ENV', 'TAG', 'RUN', 'SECLABEL', 'OPTIONS', 'OWNER', 'GROUP', 'MODE']);
const IMPORTS = ['program', 'builtin', 'file', 'db', 'cmdline', 'parent'];
const BUILTINS = 'blkid btrfs hwdb input_id keyboard kmod net_id net_setup_link path_id uaccess usb_id'.split(' ');
const KNOWN_OPTIONS =
  /^(?:string_escape=(?:none|replace)|db_persist|(?:no)?watch|link_priority=-?\d+|log_level=\w+|static_node=.+)$/;

/** Conditions are looked at in this order, then assignments in the line's order. */
const ORDER = `ACTION DEVPATH KERNEL SYMLINK NAME ENV CONST TAG SUBSYSTEM DRIVER ATTR SYSCTL
  KERNELS SUBSYSTEMS DRIVERS ATTRS TAGS TEST PROGRAM IMPORT RESULT`.split(/\s+/);

export const isMatch = (operator: Operator): boolean => operator === '==' || operator === '!=';

interface Scanned {
  readonly token: RuleToken;
  readonly rest: string;
}

/** The first `KEY…` of a line, undefined when it is none. */
function scan(line: string): Scanned | undefined {
  const [all, key, , attribute, operator, kind, value] =
    /^[\s,]*([A-Za-z_]+)(\{([^{}]*)\})?\s*(==|!=|\+=|-=|:=|=)\s*(e?)"((?:[^"\\]|\\[\s\S])*)"/.exec(line) ?? [];
  if (all === undefined || key === undefined || value === undefined) return undefined;
  const plain = value.replace(/\\"/g, '"');
  const text = kind === 'e' ? plain.replace(/\\([nt\\])/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c) : plain;
  return { token: { key, attribute, operator: operator as Operator, value: text }, rest: line.slice(all.length) };
}

type Tell = (text: string) => void;

/** The token as it counts, or undefined: the line is of no use. */
function check(token: RuleToken, tell: Tell): RuleToken | undefined {
  const { key, attribute, operator, value } = token;
  if (!MATCH_ONLY.has(key) && !ASSIGN_ONLY.has(key) && !BOTH.has(key)) return refuse(tell, `Invalid key '${key}'`);
  const needs = NEEDS_ATTRIBUTE.has(key);
  if (needs !== (attribute !== undefined && attribute !== '') && !MAY_HAVE_ATTRIBUTE.has(key)) {
    return refuse(tell, `Invalid attribute for ${key}.`);
  }
  if (key === 'RUN' && attribute && !['program', 'builtin'].includes(attribute)) {
    return refuse(tell, 'Invalid attribute for RUN.');
  }
  if (key === 'IMPORT' && !IMPORTS.includes(attribute ?? '')) return refuse(tell, 'Invalid attribute for IMPORT.');
  const matches = isMatch(operator);
  // these two run something: `=` is taken for `==`
  if (key === 'PROGRAM' || key === 'IMPORT') {
    const builtin = value.split(' ')[0] ?? '';
    if (attribute === 'builtin' && !BUILTINS.includes(builtin)) {
      return refuse(tell, `Unknown builtin command: ${builtin}`);
    }
    return { ...token, operator: operator === '!=' ? '!=' : '==' };
  }
  if ((MATCH_ONLY.has(key) && !matches) || (ASSIGN_ONLY.has(key) && matches)) {
    return refuse(tell, `Invalid operator for ${key}.`);
  }
  if ((key === 'LABEL' || key === 'GOTO') && operator !== '=') return refuse(tell, `Invalid operator for ${key}.`);
  if (key === 'ENV' && (operator === '-=' || operator === ':=')) {
    tell("ENV key takes '==', '!=', '=', or '+=' operator, assuming '='.");
    return { ...token, operator: '=' };
  }
  if (!matches && operator !== '=' && !ADDS.has(key) && BOTH.has(key)) {
    tell(`${key} key takes '==', '!=', or '=' operator, assuming '='.`);
    return { ...token, operator: '=' };
  }
  return token;
}

function refuse(tell: Tell, text: string): undefined {
  tell(text);
  return undefined;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines with those joined that a backslash continues; without comments and empty ones. */
function* logicalLines(text: string): Generator<Line> {
  let joined = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimStart();
    if (line.startsWith('#')) continue;
    if (line.endsWith('\\')) {
      joined += line.slice(0, -1);
      continue;
    }
    const whole = (joined + line).trim();
    joined = '';
    if (whole !== '') yield { number: index + 1, text: whole };
  }
}

function parseLine(file: string, { number, text }: Line, tell: Tell): Rule | undefined {
  const tokens: RuleToken[] = [];
  let label: string | undefined;
  let goto: string | undefined;
  for (let rest = text; /[^\s,]/.test(rest); ) {
    const scanned = scan(rest);
    if (!scanned) return refuse(tell, 'Invalid key/value pair, ignoring.');
    rest = scanned.rest;
    const token = check(scanned.token, tell);
    if (!token) return undefined;
    const { key, value } = token;
    if (key === 'LABEL') label = value;
    else if (key === 'GOTO') {
      if (goto === undefined) goto = value;
      else tell(`Contains multiple GOTO keys, ignoring GOTO="${value}".`);
    } else if (key === 'OPTIONS' && !KNOWN_OPTIONS.test(value)) {
      tell(`Invalid value for OPTIONS key, ignoring: '${value}'`);
    } else tokens.push(token);
  }
  const acts = tokens.some(({ key, operator }) => !isMatch(operator) || key === 'PROGRAM' || key === 'IMPORT');
  if (!acts && goto === undefined && label === undefined) {
    return refuse(tell, 'The line takes no effect, ignoring.');
  }
  const rank = ({ key, operator }: RuleToken): number => (isMatch(operator) ? ORDER.indexOf(key) : ORDER.length);
  return { file, line: number, tokens: tokens.sort((a, b) => rank(a) - rank(b)), label, goto };
}

/** Reads rules files, given in the order in which they count. `tell` is given `FILE:LINE what is wrong`. */
export function parseRules(files: readonly RulesFile[], tell: (message: string) => void): Rule[] {
  const all: Rule[] = [];
  for (const { path, text } of files) {
    const rules: Rule[] = [];
    for (const line of logicalLines(text)) {
      const rule = parseLine(path, line, (what) => tell(`${path}:${line.number} ${what}`));
      if (rule) rules.push(rule);
    }
    for (const [index, rule] of rules.entries()) {
      const { goto } = rule;
      if (goto === undefined || rules.slice(index + 1).some(({ label }) => label === goto)) {
        all.push(rule);
        continue;
      }
      tell(`${path}:${rule.line}: GOTO="${goto}" has no matching label, ignoring`);
      if (rule.tokens.some(({ operator }) => !isMatch(operator)) || rule.label !== undefined) {
        all.push({ ...rule, goto: undefined });
      } else tell(`${path}:${rule.line}: The line takes no effect any more, dropping`);
    }
  }
  return all;
}
