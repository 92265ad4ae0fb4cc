#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { Command, CommanderError, Option } from "commander";
import { version } from "../../package.json";
import { PROFILES as MACHINE_PROFILES } from "../profile.ts";
import { PROFILES, SPACES } from "../replay/profiles.ts";
import { TraceError } from "../replay/trace.ts";
import { type BisectOptions, bisectCommand } from "./bisect-command.ts";
import { type DiffOptions, diffCommand } from "./diff-command.ts";
import { EXIT_BAD_INPUT, EXIT_INTERNAL_ERROR } from "./exit-codes.ts";
import { type MapOptions, mapCommand } from "./map-command.ts";
import { parseCount, parseNumber, parseShard } from "./option-values.ts";
import { type RecordOptions, recordCommand } from "./record-command.ts";
import { type ReplayOptions, replayCommand } from "./replay-command.ts";
import { InputError } from "./replay-files.ts";
import { type SummaryOptions, summaryCommand } from "./summary-command.ts";

const FILE_EXIT_CODES = `
  2  a file cannot be read or understood, or an option is wrong
  3  a fault in guardpage itself`;

const EXIT_CODES = `
Exit codes:
  0  every call answered as recorded
  1  some did not${FILE_EXIT_CODES}`;

const DIFF_EXIT_CODES = `
Exit codes:
  0  nothing is different
  1  something is${FILE_EXIT_CODES}`;

const BISECT_EXIT_CODES = `
Exit codes:
  0  such a call was found
  1  the condition holds before the first call, or does not hold after the last${FILE_EXIT_CODES}`;

const RECORD_EXIT_CODES = `
Exit codes:
  0  the program has come to its end
  1  it has failed; what it did until then is recorded
  2  it cannot be loaded, the file cannot be written, or an option is wrong
  3  a fault in guardpage itself`;

async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command("guardpage")
    .description("Replay recorded memory calls of Windows programs")
    .version(version)
    .exitOverride();
  const replay = withReplayOptions(program.command("replay"))
    .description("make the calls of traces again, and print each that answers differently")
    .argument("[file...]", "traces, .jsonl or .jsonl.gz; folders and patterns of them")
    .addOption(
      new Option("--files-from <list>", "a file with one file a line; - for standard input"),
    )
    .addOption(
      new Option("--jobs <number>", "worker threads")
        .argParser(parseNumber)
        .default(availableParallelism(), "as many as processors"),
    )
    .addOption(
      new Option("--shard <k/n>", "only share k of n of the files, from 1").argParser(parseShard),
    )
    .addOption(new Option("--json", "print the result as JSON"))
    .addOption(new Option("--map", "print the memory map after each file").conflicts("json"))
    .addHelpText("after", EXIT_CODES)
    .action(async (files: string[], options: ReplayOptions) => {
      if (files.length === 0 && options.filesFrom === undefined) {
        replay.error("error: missing required argument 'file'");
      }
      code = await replayCommand(files, options);
    });
  withReplayOptions(program.command("map"))
    .description("print the memory map after the last call of a trace")
    .argument("<file>", "a trace, .jsonl or .jsonl.gz")
    .addHelpText("after", EXIT_CODES)
    .action(async (file: string, options: MapOptions) => {
      code = await mapCommand(file, options);
    });
  program
    .command("summary")
    .description("join what replays of all shards of a list printed as JSON")
    .argument("<result...>", "what `replay --shard k/n --json` printed, a file for each shard")
    .addOption(new Option("--json", "print the summary as JSON"))
    .addHelpText("after", EXIT_CODES)
    .action(async (results: string[], options: SummaryOptions) => {
      code = await summaryCommand(results, options);
    });
  withMachineOptions(program.command("diff"))
    .description("print what is different between two states of a machine")
    .argument("<a>", "a trace: the state after its last call, or after that on a line (FILE@LINE)")
    .argument("<b>", "the same for the other state")
    .addOption(
      new Option("--at <line>", "the line of both that name none themselves").argParser(
        parseNumber,
      ),
    )
    .addOption(new Option("--json", "print the differences as JSON"))
    .addHelpText("after", DIFF_EXIT_CODES)
    .action(async (left: string, right: string, options: DiffOptions) => {
      code = await diffCommand(left, right, options);
    });
  withReplayOptions(program.command("bisect"))
    .description("find the first call of a trace after which a condition holds")
    .argument("<file>", "a trace, .jsonl or .jsonl.gz")
    .requiredOption("--where <condition>", "what is to hold, say 'committed(0x10000)'")
    .addOption(new Option("--json", "print what was found as JSON"))
    .addHelpText("after", BISECT_EXIT_CODES)
    .action(async (file: string, options: BisectOptions) => {
      code = await bisectCommand(file, options);
    });
  program
    .command("record")
    .description("run a program on a machine, and record it")
    .argument("<program>", "a module whose default export is called with the machine and args")
    .argument("[args...]", "what the program gets, best behind --")
    .option("-o, --output <file>", "the recording, .jsonl or .jsonl.gz", "recording.jsonl.gz")
    .addOption(
      new Option("--profile <name>", "profile of the machine (default: win64)").choices(
        MACHINE_PROFILES,
      ),
    )
    .addOption(
      new Option("--hash-every <calls>", "calls between two hashes; 0: one at the end")
        .argParser(parseCount)
        .default(0),
    )
    .addHelpText("after", RECORD_EXIT_CODES)
    .action(async (path: string, rest: string[], options: RecordOptions) => {
      code = await recordCommand(path, rest, options);
    });
  await program.parseAsync(args, { from: "user" });
  return code;
}

function withReplayOptions(command: Command): Command {
  return withMachineOptions(command).addOption(
    new Option("--no-progress", "no progress bar, even on a terminal"),
  );
}

function withMachineOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--profile <name>", "profile of the machine (default: the file's)").choices(
        PROFILES,
      ),
    )
    .addOption(
      new Option(
        "--space <kind>",
        "kind of address space (default: translated on win64, else windowed)",
      ).choices(SPACES),
    );
}

/** Say what ended the program, and choose its exit code. */
function failed(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
  }
  if (error instanceof InputError || error instanceof TraceError) {
    for (const line of error.message.split("\n")) {
      console.error(`guardpage: ${line}`);
    }
    return EXIT_BAD_INPUT;
  }
  console.error(error);
  return EXIT_INTERNAL_ERROR;
}

// A reader that has seen enough (`guardpage replay ... | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
  process.exit();
});

process.exitCode = await main(process.argv.slice(2)).catch(failed);
