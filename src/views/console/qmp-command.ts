/**
 * What a person typed as a QMP command: JSON as it stands, or a command's name with `key=value` arguments as QEMU's
 * qmp-shell takes them. Undefined when it is neither.
 */
export function toQmpCommand(typed: string): string | undefined {
  const text = typed.trim();
  if (text.startsWith('{')) return text;
  const [name = '', ...rest] = text.split(/\s+/);
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) return undefined;
  const given: Record<string, string | number | boolean> = {};
  for (const word of rest) {
    const [, key, value] = /^([A-Za-z][\w.-]*)=(.*)$/.exec(word) ?? [];
    if (key === undefined || value === undefined) return undefined;
    given[key] =
      value === 'true' || value === 'false' ? value === 'true' : /^-?\d+$/.test(value) ? Number(value) : value;
  }
  return JSON.stringify(rest.length === 0 ? { execute: name } : { execute: name, arguments: given });
}

/** A QMP message laid out for reading: on one line while that is short, else indented. */
export function prettyJson(text: string, width = 240): string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return text;
  }
  const line = JSON.stringify(data);
  return line.length <= width ? line : JSON.stringify(data, undefined, 2);
}
