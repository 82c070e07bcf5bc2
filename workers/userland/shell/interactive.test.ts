import { describe, expect, test } from 'vitest';
import { init } from '../init.ts';
import { lateUserland } from '../late.ts';
import { createPrograms, rootFileSystem } from '../programs.ts';
import { type FakeFile, FakeKernel } from '../test-support/fake-kernel.ts';

const PROMPT = 'root@lab:~# ';
const programs = createPrograms(() => lateUserland);

/** A machine with its shell at the first prompt; `type` returns what the terminal shows from then on (without echo). */
function console(files: readonly FakeFile[] = []): { type(text: string): string } {
  const kernel = new FakeKernel([...rootFileSystem(programs), ...files]);
  kernel.start(init(programs, { console: '/dev/ttyS0', environment: { TERM: 'dumb' } }));
  kernel.settle();
  expect(kernel.terminalOutput).toBe(PROMPT);
  return {
    type(text) {
      kernel.terminalOutput = '';
      kernel.type(text);
      kernel.settle(30_000);
      return kernel.terminalOutput;
    },
  };
}

describe('the interactive shell', () => {
  test('runs a line and prompts again', () => {
    expect(console().type('echo hello; echo "$?"\n')).toBe(`hello\n0\n${PROMPT}`);
  });

  test('keeps variables, functions and the working directory from line to line', () => {
    const { type } = console();
    expect(type('x=1; f() { echo f$x; }; cd /tmp\n')).toBe('root@lab:/tmp# ');
    expect(type('f; pwd; cd\n')).toBe(`f1\n/tmp\n${PROMPT}`);
  });

  test('asks for the rest of an unfinished command with PS2', () => {
    const { type } = console();
    expect(type('for i in 1 2\n')).toBe('> ');
    expect(type('do echo $i\n')).toBe('> ');
    expect(type('done\n')).toBe(`1\n2\n${PROMPT}`);
    expect(type('cat <<EOF\n')).toBe('> ');
    expect(type('a\nEOF\n')).toBe(`> a\n${PROMPT}`);
    expect(type('echo a \\\n')).toBe('> ');
    expect(type('b\n')).toBe(`a b\n${PROMPT}`);
  });

  test.each(['${', '"${', '${x:-', '$(', '$((1 +'])('goes on after an expansion that is left open: %s', (open) => {
    expect(console().type(`echo ${open}\n`)).toBe('> ');
  });

  test('a command between dollar and braces is a bad substitution, as in bash before 5.3', () => {
    const { type } = console();
    expect(type('echo ${\n')).toBe('> ');
    expect(type('echo no; }\n')).toBe(`bash: \${\necho no; }: bad substitution\n${PROMPT}`);
    expect(type('cat <<E\na ${ b\nE\n')).toMatch(/^> > bash: [\s\S]*: bad substitution\nroot@lab:~# $/);
  });

  test.each([
    ['a function whose body is on the next lines', ['f()', '{', '', 'echo f$1', '}'], 'f 2', 'f2'],
    ['a function of the other form', ['function f', '{', 'echo g', '}'], 'f', 'g'],
    ['a brace that opens the line of the name', ['f() {', '# nothing yet', 'echo h', '}'], 'f', 'h'],
    ['a group', ['{', 'x=1', '}'], 'echo $x', '1'],
    ['a subshell', ['(', 'echo in', ') > /tmp/out'], 'cat /tmp/out', 'in'],
    ['a case', ['f() { case $1 in', 'a)', 'echo A', ';;', 'esac', '}'], 'f a', 'A'],
    [
      'a while with its do below',
      ['n=0; f() { while [ $n -lt 2 ]', 'do', 'n=$((n+1))', 'done', '}'],
      'f; echo $n',
      '2',
    ],
  ])('typed line by line, %s is one command', (_, lines, call, answer) => {
    const { type } = console();
    for (const line of lines.slice(0, -1)) expect(type(`${line}\n`)).toBe('> ');
    expect(type(`${lines.at(-1)}\n`)).toBe(PROMPT);
    expect(type(`${call}\n`)).toBe(`${answer}\n${PROMPT}`);
  });

  test('a word that cannot follow ends the command at once', () => {
    const near = (token: string): string => `bash: syntax error near unexpected token \`${token}'\n${PROMPT}`;
    for (const line of ['for', 'function']) expect(console().type(`${line}\n`)).toBe(near('newline'));
    expect(console().type('f() echo\n')).toBe(`bash: syntax error near unexpected token \`echo'\n${PROMPT}`);
  });

  test('^C at the prompt gives a new one, and $? is 130', () => {
    const { type } = console();
    expect(type('\x03')).toBe(`^C\n${PROMPT}`);
    expect(type('echo $?\n')).toBe(`130\n${PROMPT}`);
  });

  test('^C gives up an unfinished command', () => {
    const { type } = console();
    expect(type('echo "abc\n')).toBe('> ');
    expect(type('\x03')).toBe(`^C\n${PROMPT}`);
    expect(type('echo x\n')).toBe(`x\n${PROMPT}`);
  });

  test('^C ends the foreground program and the list that it stands in', () => {
    const { type } = console();
    expect(type('cat; echo never\n')).toBe('');
    expect(type('\x03')).toBe(`^C\n${PROMPT}`);
    expect(type('echo $?\n')).toBe(`130\n${PROMPT}`);
  });

  test('^C ends a loop that never waits', () => {
    const { type } = console();
    expect(type('while :; do :; done\n')).toBe('');
    expect(type('\x03')).toBe(`^C\n${PROMPT}`);
  });

  test('tells of a job in the background, and of its end before the next prompt', () => {
    const { type } = console();
    expect(type('sleep 1 & echo now\n')).toMatch(/^\[1\] \d+\nnow\nroot@lab:~# $/);
    expect(type('\n')).toBe(`[1]+  Done                    sleep 1\n${PROMPT}`);
    expect(type('jobs\n')).toBe(PROMPT);
  });

  test('kills a job by its number', () => {
    const { type } = console();
    type('cat < /dev/tty & sleep 1\n');
    expect(type('kill %1; wait %1; echo $?\n')).toBe(`[1]+  Terminated              cat < /dev/tty\n143\n${PROMPT}`);
  });

  test('^D at the prompt ends it', () => {
    expect(console().type('\x04')).toBe('exit\n');
  });

  test("names errors as bash does, without a script's line", () => {
    const { type } = console();
    expect(type('nosuch\n')).toBe(`bash: nosuch: command not found\n${PROMPT}`);
    expect(type('echo )\n')).toBe(`bash: syntax error near unexpected token \`)'\n${PROMPT}`);
    expect(type('echo $((1/0)); echo never\n')).toBe(`bash: 1/0: division by 0 (error token is "0")\n${PROMPT}`);
    expect(type('cat < nofile\n')).toBe(`bash: nofile: No such file or directory\n${PROMPT}`);
  });

  test('reports a write that an attribute of sysfs refuses', () => {
    const { type } = console([
      { path: '/sys/online', show: () => '1\n', store: (data) => (data === '1\n' ? data.length : -22) },
      { path: '/sys/possible', mode: 0o444, show: () => '0-3\n' },
    ]);
    expect(type('echo 2 > /sys/online; echo rc=$?\n')).toBe(
      `bash: echo: write error: Invalid argument\nrc=1\n${PROMPT}`,
    );
    expect(type('echo 1 > /sys/online; echo rc=$?\n')).toBe(`rc=0\n${PROMPT}`);
    expect(type('echo 1 > /sys/possible; echo rc=$?\n')).toBe(
      `bash: /sys/possible: Permission denied\nrc=1\n${PROMPT}`,
    );
  });
});
