/** Mocha's JUnit reporter, which writes what there is by then where the process ends in the midst of the tests, too. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

const { EVENT_TEST_BEGIN, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_RUN_END } = Mocha.Runner.constants;

export default class SpecJUnit extends Mocha.reporters.XUnit {
  readonly #lines: string[] = [];
  readonly #path: string;

  constructor(
    runner: Mocha.Runner,
    { reporterOptions: { output } }: { reporterOptions: { output: string } },
  ) {
    // The file is not for it: what is written at the exit must be written in one go.
    super(runner);
    this.#path = output;
    let running: Mocha.Test | undefined;
    runner.on(EVENT_TEST_BEGIN, (test) => {
      running = test;
    });
    runner.on(EVENT_TEST_END, () => {
      running = undefined;
    });
    const onExit = () => {
      if (running !== undefined) {
        const cut = new Error("the run was ended in the midst of it");
        running.state = "failed";
        runner.emit(EVENT_TEST_FAIL, running, cut);
        runner.emit(EVENT_TEST_END, running);
      }
      runner.emit(EVENT_RUN_END);
      this.#save();
    };
    process.once("exit", onExit);
    runner.once(EVENT_RUN_END, () => process.off("exit", onExit));
  }

  override write(line: string): void {
    this.#lines.push(line);
  }

  override done(failures: number, fn: (failures: number) => void): void {
    this.#save();
    fn(failures);
  }

  #save(): void {
    writeFileSync(this.#path, `${this.#lines.join("\n")}\n`);
  }
}
