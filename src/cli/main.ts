#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { Command, CommanderError, Option } from "commander";
import { version } from "../../package.json";
import { PROFILES, SPACES } from "../replay/profiles.ts";
import { TraceError } from "../replay/trace.ts";
import { EXIT_BAD_INPUT, EXIT_INTERNAL_ERROR } from "./exit-codes.ts";
import { type MapOptions, mapCommand } from "./map-command.ts";
import { parseJobs, parseShard } from "./option-values.ts";
import { type ReplayOptions, replayCommand } from "./replay-command.ts";
import { InputError } from "./replay-files.ts";
import { type SummaryOptions, summaryCommand } from "./summary-command.ts";

const EXIT_CODES = `
Exit codes:
  0  every call answered as recorded
  1  some did not
  2  a file cannot be read or understood, or an option is wrong
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
        .argParser(parseJobs)
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
  await program.parseAsync(args, { from: "user" });
  return code;
}

function withReplayOptions(command: Command): Command {
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
    )
    .addOption(new Option("--no-progress", "no progress bar, even on a terminal"));
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
