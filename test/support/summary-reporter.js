/** Jest reporter: prints the skipped tests, and `N passed, N failed` as the last line. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A file that fails to load has no tests to count, but it is a failure.
    const unloadable = results.testResults.filter((file) => file.testExecError !== undefined).length;
    const skipped = results.numPendingTests + results.numTodoTests;
    const counts = [`${results.numPassedTests} passed`, `${results.numFailedTests + unloadable} failed`];
    if (skipped > 0) counts.push(`${skipped} skipped`);
    const skippedTests = results.testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === 'pending')
      .map(({ fullName }) => `skipped: ${fullName}`);
    // Jest prints its own summary after this hook.
    process.once('exit', () => console.log([...skippedTests, counts.join(', ')].join('\n')));
  }
}
