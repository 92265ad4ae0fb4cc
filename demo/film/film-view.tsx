import { useSignal } from "@preact/signals";
import { Playback } from "guardpage/recording";
import { useEffect, useMemo } from "preact/hooks";
import { Control } from "../scenarios/control.tsx";
import { OutcomeView } from "../scenarios/outcome-view.tsx";
import type { Session } from "../session/session.ts";
import { Film } from "./film.ts";
import "./film.css";

const SPEEDS: readonly (readonly [callsPerSecond: number, title: string])[] = [
  [10, "10 calls a second"],
  [100, "100 calls a second"],
  [1_000, "1,000 calls a second"],
  [Number.POSITIVE_INFINITY, "At once"],
];

/** Calls that are listed before and behind the place where the film is. */
const LISTED_CALLS = 4;

interface FilmViewProps {
  /** What was recorded, whole. */
  readonly text: string;
  /** What the file is called. */
  readonly file: string;
  readonly session: Session;
}

/** A recorded program with a scrubber. */
export function FilmView({ text, file, session }: FilmViewProps) {
  const film = useSignal<Film | undefined>(undefined);
  const failure = useSignal("");
  useEffect(() => {
    let isLeft = false;
    film.value = undefined;
    failure.value = "";
    const open = async () => {
      const playback = await Playback.open(text, { file });
      if (isLeft) return;
      const begun = await Film.begin(playback, session);
      if (!isLeft) film.value = begun;
    };
    open().catch((error: Error) => {
      if (!isLeft) failure.value = error.message;
    });
    return () => {
      isLeft = true;
      film.value?.pause();
    };
  }, [text, file, session]);
  return (
    <>
      <p role="alert">{failure.value}</p>
      {film.value && <Player film={film.value} />}
    </>
  );
}

function Player({ film }: { readonly film: Film }) {
  const speed = useSignal(1_000);
  const position = film.position.value;
  const isPlaying = film.isPlaying.value;
  const isAtStart = position === 0;
  const isAtEnd = position === film.length;
  const seek = (to: number) => {
    film.pause();
    film.seek(to);
  };
  return (
    <div class="film">
      <p class="quiet">{film.playback.source}</p>
      <fieldset class="controls">
        <legend>Calls of the program</legend>
        <Control title="Start again" isIdle={isAtStart} act={() => seek(0)} />
        <Control title="Back" isIdle={isAtStart} act={() => seek(position - 1)} />
        <Control title="Step" isIdle={isAtEnd} act={() => seek(position + 1)} />
        <Control
          title={isPlaying ? "Pause" : "Play"}
          isMain
          isIdle={isAtEnd}
          act={() => (isPlaying ? film.pause() : film.play(speed.value))}
        />
        <label>
          Speed{" "}
          <select
            value={speed.value}
            onChange={({ currentTarget }) => {
              film.pause();
              speed.value = Number(currentTarget.value);
            }}
          >
            {SPEEDS.map(([callsPerSecond, title]) => (
              <option key={title} value={callsPerSecond}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <label class="scrubber">
        Call {position.toLocaleString("en")} of {film.length.toLocaleString("en")}
        <input
          type="range"
          min={0}
          max={film.length}
          value={position}
          onInput={({ currentTarget }) => seek(Number(currentTarget.value))}
        />
      </label>
      <Calls film={film} />
      <p class="quiet">
        Hash of the state:{" "}
        <code class="hash">{isPlaying ? "not while it plays" : <StateHash film={film} />}</code>
      </p>
      <div class="end" role="status">
        {isAtEnd ? (
          <OutcomeView outcome={film.outcome()} />
        ) : (
          <p class="quiet">What came of it is shown here at the end.</p>
        )}
      </div>
    </div>
  );
}

/** The calls around the place where the film is. */
function Calls({ film }: { readonly film: Film }) {
  const position = film.position.value;
  const { last, playback } = film;
  const first = Math.max(0, position - LISTED_CALLS);
  const count = Math.min(film.length, position + LISTED_CALLS) - first;
  const rows = Array.from({ length: count }, (_, index) => first + index);
  const differing = new Set(playback.differences.map(({ line }) => line));
  return (
    <ol class="calls fixed" start={first + 1} aria-label="Calls near by">
      {rows.map((index) => (
        <li
          key={index}
          value={index + 1}
          class={index < position ? "made" : "to-come"}
          aria-current={index === position - 1 ? "step" : undefined}
        >
          {playback.textOf(index)}
          {index === last.value?.index && ` = ${last.value.answer}`}
          {differing.has(playback.lineOf(index)) && <strong> answered otherwise</strong>}
        </li>
      ))}
    </ol>
  );
}

function StateHash({ film }: { readonly film: Film }) {
  const position = film.position.value;
  const { machine } = film.playback;
  return <>{useMemo(() => machine.hash(), [machine, position])}</>;
}
