/** Shell variables: scalars and arrays, dynamic scopes of functions, what is exported. */

export class Variable {
  value: string | undefined;
  /** An array's elements: by number for an indexed array, by any key for an associative one. */
  elements: Map<string, string> | undefined;
  associative = false;
  exported = false;
  readonly = false;
  integer = false;

  copy(): Variable {
    const copy = Object.assign(new Variable(), this);
    if (this.elements) copy.elements = new Map(this.elements);
    return copy;
  }

  /** `$name`: element 0 of an array. */
  get scalar(): string | undefined {
    return this.elements ? this.elements.get('0') : this.value;
  }

  set scalar(value: string | undefined) {
    if (this.elements && value !== undefined) this.elements.set('0', value);
    else this.value = value;
  }

  get isSet(): boolean {
    return this.elements ? this.elements.size > 0 : this.value !== undefined;
  }

  /** Keys in order: indices ascending; associative keys as they came. */
  keys(): string[] {
    if (!this.elements) return this.value === undefined ? [] : ['0'];
    const keys = [...this.elements.keys()];
    return this.associative ? keys : keys.sort((a, b) => Number(a) - Number(b));
  }

  values(): string[] {
    if (!this.elements) return this.value === undefined ? [] : [this.value];
    return this.keys().map((key) => this.elements?.get(key) ?? '');
  }
}

type Scope = Map<string, Variable>;

export class Variables {
  private readonly scopes: Scope[];

  constructor(scopes: Scope[] = [new Map()]) {
    this.scopes = scopes;
  }

  copy(): Variables {
    return new Variables(
      this.scopes.map((scope) => new Map([...scope].map(([name, variable]) => [name, variable.copy()]))),
    );
  }

  /** Number of functions whose local variables are visible. */
  get depth(): number {
    return this.scopes.length - 1;
  }

  enter(): void {
    this.scopes.push(new Map());
  }

  leave(): void {
    if (this.scopes.length > 1) this.scopes.pop();
  }

  find(name: string): Variable | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const variable = this.scopes[i]?.get(name);
      if (variable) return variable;
    }
    return undefined;
  }

  get(name: string): string | undefined {
    return this.find(name)?.scalar;
  }

  /** The variable that an assignment changes; made in the outermost scope when there is none. */
  obtain(name: string): Variable {
    const found = this.find(name);
    if (found) return found;
    const made = new Variable();
    this.scopes[0]?.set(name, made);
    return made;
  }

  set(name: string, value: string): void {
    this.obtain(name).scalar = value;
  }

  export(name: string, value?: string): void {
    const variable = this.obtain(name);
    if (value !== undefined) variable.scalar = value;
    variable.exported = true;
  }

  /** A variable of the innermost function; `inherit` keeps the value of the one that it hides. */
  local(name: string): Variable {
    const scope = this.scopes[this.scopes.length - 1];
    const known = scope?.get(name);
    if (known) return known;
    const made = new Variable();
    made.exported = this.find(name)?.exported ?? false;
    scope?.set(name, made);
    return made;
  }

  unset(name: string): void {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      if (this.scopes[i]?.delete(name)) return;
    }
  }

  names(): string[] {
    return [...new Set(this.scopes.flatMap((scope) => [...scope.keys()]))].sort();
  }

  /** What a program that is started gets. */
  environment(): Map<string, string> {
    const environment = new Map<string, string>();
    for (const scope of this.scopes) {
      for (const [name, { exported, value }] of scope) {
        if (exported && value !== undefined) environment.set(name, value);
        else environment.delete(name);
      }
    }
    return environment;
  }
}

/** Makes an array of the variable, empty. */
export function makeArray(variable: Variable, associative: boolean): Map<string, string> {
  const elements = new Map<string, string>();
  variable.elements = elements;
  variable.associative = associative;
  variable.value = undefined;
  return elements;
}
