/** Prints the line that tells a reader, and CI, how it went. */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    // A file that could not even be loaded has no tests to count, but it is a failure.
    const broken = results.testResults.filter((file) => file.testExecError !== undefined).length;
    const skipped = results.numPendingTests + results.numTodoTests;
    this.line = `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // What was left out, and why, is seen by whoever reads the end.
    const leftOut = results.testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === 'pending')
      .map(({ fullName }) => `skipped: ${fullName}`);
    // Jest prints its own summary after this hook.
    process.once('exit', () => console.log([...leftOut, this.line].join('\n')));
  }
}
