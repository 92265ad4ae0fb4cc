import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../setup/tree.ts";
import { HEADER, Scratch } from "./guardpage.ts";
import { Shell } from "./shell.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const page = readFileSync(`${root}/docs/cluster.md`, "utf8");

/** The blocks of a language in a section of the page. */
function blocks(section: string, language: string): string[] {
  const [, text = ""] = page.split(`\n## ${section}\n`);
  const [own = ""] = text.split("\n## ");
  const found = own.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"));
  return [...found].map(([, content = ""]) => content);
}

const RIGHT = {
  call: "VirtualAlloc",
  args: ["0x10000", "0x1000", "0x3000", "0x4"],
  return: "0x10000",
};

/** Recordings of which the fifth has a call that answers differently. */
const RECORDINGS = scratch.path("recordings");
mkdirSync(RECORDINGS);
for (let at = 1; at <= 11; at += 1) {
  const rows = [HEADER, RIGHT, at === 5 ? { ...RIGHT, return: "0x20000" } : undefined];
  const lines = rows.filter((row) => row !== undefined).map((row) => JSON.stringify(row));
  writeFileSync(`${RECORDINGS}/${at}.jsonl`, `${lines.join("\n")}\n`);
}

/** What the summary says of them, whoever split the work. */
function summaryOf(shards: number, folder: string): object {
  return {
    code: 1,
    stdout: [
      `${folder}/5.jsonl: win32 windowed, 1 passed, 1 failed`,
      `${shards} shards, 11 files`,
      "11 passed, 1 failed",
      "",
    ].join("\n"),
    stderr: "",
  };
}

/** A folder for the results of one engine, and a shell that knows it. */
function prepare(engine: string): { shell: Shell; results: string } {
  const results = scratch.path(`results-${engine}`);
  mkdirSync(results);
  return { shell: new Shell(scratch, { RECORDINGS, RESULTS: results }), results };
}

interface Step {
  readonly run?: string;
}

describe("the recipe for GitHub Actions", () => {
  const [yaml = ""] = blocks("GitHub Actions", "yaml");
  const { jobs } = parse(yaml) as {
    jobs: {
      replay: {
        strategy: { "fail-fast": boolean; matrix: { shard: number[] } };
        env: Record<string, string>;
        steps: Step[];
      };
      summary: { needs: string; if: string; steps: Step[] };
    };
  };
  const lineOf = (steps: readonly Step[]) =>
    steps.find(({ run }) => run?.includes("guardpage"))?.run ?? "";
  const { shard } = jobs.replay.strategy.matrix;

  it("goes on after a share with differences, and joins all shares", () => {
    expect(jobs.replay.strategy["fail-fast"]).toBe(false);
    expect(shard).toEqual(shard.map((_each, at) => at + 1));
    expect([jobs.summary.needs, jobs.summary.if]).toEqual(["replay", "always()"]);
  });

  it("replays every share once, and the summary names what differs", () => {
    const { shell, results } = prepare("actions");
    // A checkout has the recordings in it; each job has a folder of its own.
    shell.run('ln -s "$RECORDINGS" "$RESULTS/recordings"');
    const inFolder = (line: string) => `set -e; cd "$RESULTS"; ${line}`;
    const codes = shard.map((number) => {
      const env = Object.entries(jobs.replay.env).map(([name, value]) => {
        const known = value
          .replace(/\$\{\{ matrix\.shard \}\}/, String(number))
          .replace(/\$\{\{ strategy\.job-total \}\}/, String(shard.length));
        return [name, known];
      });
      const run = shell.run(inFolder(lineOf(jobs.replay.steps)), Object.fromEntries(env));
      expect(run.stderr).toBe("");
      return run.code;
    });
    expect(codes.toSorted()).toEqual([0, 0, 0, 1]);
    expect(readdirSync(results)).toHaveLength(shard.length + 1);
    const summary = shell.run(inFolder(lineOf(jobs.summary.steps)));
    expect(summary).toEqual(summaryOf(4, "recordings"));
  });
});

describe("the recipe for Kubernetes", () => {
  const [yaml = ""] = blocks("Kubernetes", "yaml");
  const { kind, spec } = parse(yaml);
  const [container] = spec.template.spec.containers;

  it("has as many pods as shares, with an index, and mounts what it names", () => {
    expect([kind, spec.completionMode]).toEqual(["Job", "Indexed"]);
    const env = new Map<string, string>(
      container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    expect(Number(env.get("SHARDS"))).toBe(spec.completions);
    const mounts = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    expect(mounts).toEqual([env.get("RECORDINGS"), env.get("RESULTS")]);
    const named = (volumes: { name: string }[]) => volumes.map(({ name }) => name);
    expect(named(container.volumeMounts)).toEqual(named(spec.template.spec.volumes));
  });

  it("replays every share once, and its pods succeed; the summary names what differs", () => {
    const { shell } = prepare("kubernetes");
    expect(container.command).toEqual(["sh", "-c"]);
    for (let index = 0; index < spec.completions; index += 1) {
      const env = { JOB_COMPLETION_INDEX: String(index), SHARDS: String(spec.completions) };
      expect(shell.run(container.args[0], env)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
    const [summary = ""] = blocks("Kubernetes", "sh");
    expect(shell.run(summary)).toEqual(summaryOf(8, RECORDINGS));
  });

  it("a pod fails where a recording is wrong", () => {
    const { shell } = prepare("kubernetes-broken");
    const env = { JOB_COMPLETION_INDEX: "0", SHARDS: "1", RECORDINGS: "missing.jsonl" };
    expect(shell.run(container.args[0], env).code).not.toBe(0);
  });
});

describe("the recipe for Slurm", () => {
  const [script = "", submit = ""] = blocks("Slurm", "sh");

  it("replays every share once, and the summary names what differs", () => {
    const { shell } = prepare("slurm");
    const path = scratch.path("replay.sh");
    writeFileSync(path, script);
    // Runs an array task by task, as the options in the script say, and a wrapped line at once.
    shell.command(
      "sbatch",
      `for last in "$@"; do :; done
      case "$*" in *--wrap*) exec sh -c "$last";; esac
      count=$(sed -n 's/^#SBATCH --array=1-//p' "$last")
      export SLURM_CPUS_PER_TASK=$(sed -n 's/^#SBATCH --cpus-per-task=//p' "$last")
      export SLURM_ARRAY_TASK_COUNT=$count
      for SLURM_ARRAY_TASK_ID in $(seq "$count"); do
        export SLURM_ARRAY_TASK_ID
        sh "$last" >&2
      done
      echo 4711`,
    );
    const run = shell.run(submit.replace("replay.sh", path));
    expect(run).toEqual(summaryOf(8, RECORDINGS));
  });
});
