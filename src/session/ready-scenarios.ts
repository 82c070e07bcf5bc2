import { type Parsed, parseScenario, type Scenario } from '../../workers/protocol/scenario.ts';

/** A ready scenario as `scenarios/index.json` lists it. */
export interface ReadyScenario {
  readonly name: string;
  readonly title: Readonly<Record<string, string>>;
}

/** A ready scenario's file is no longer than this. */
const LONGEST_FILE = 65_536;

async function load(file: string): Promise<unknown> {
  const response = await fetch(new URL(`scenarios/${file}.json`, document.baseURI));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  const text = await response.text();
  if (text.length > LONGEST_FILE) throw new Error(`${file}: ${text.length} characters`);
  return JSON.parse(text);
}

let index: Promise<readonly ReadyScenario[]> | undefined;

/** The scenarios that come with the lab, in the order of the menu. */
export function listReadyScenarios(): Promise<readonly ReadyScenario[]> {
  index ??= load('index').then((data) => data as readonly ReadyScenario[]);
  // What failed may be tried again.
  index.catch(() => {
    index = undefined;
  });
  return index;
}

/** Reads a scenario by its name; the name comes from an address and may be anything. */
export async function loadReadyScenario(name: string): Promise<Parsed<Scenario>> {
  const known = await listReadyScenarios();
  if (!known.some((scenario) => scenario.name === name)) {
    return { ok: false, error: name.length > 60 ? `${name.slice(0, 60)}…` : name };
  }
  return parseScenario(await load(name));
}
