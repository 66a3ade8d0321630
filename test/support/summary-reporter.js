/** Jest reporter: prints the names of failed and skipped tests, and `N passed, N failed` as the last line. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A file that fails to load has no tests to count, but it is a failure.
    const unloadable = results.testResults.filter((file) => file.testExecError !== undefined);
    const skipped = results.numPendingTests + results.numTodoTests;
    const counts = [`${results.numPassedTests} passed`, `${results.numFailedTests + unloadable.length} failed`];
    if (skipped > 0) counts.push(`${skipped} skipped`);
    const namesOf = (status) =>
      results.testResults.flatMap((file) =>
        file.testResults.filter((test) => test.status === status).map(({ fullName }) => fullName),
      );
    const lines = [
      ...unloadable.map(({ testFilePath }) => `failed: ${testFilePath}`),
      ...namesOf('failed').map((name) => `failed: ${name}`),
      ...namesOf('pending').map((name) => `skipped: ${name}`),
    ];
    // Jest prints its own summary after this hook.
    process.once('exit', () => console.log([...lines, counts.join(', ')].join('\n')));
  }
}
