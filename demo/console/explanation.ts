import { GuestException, PageFault } from "guardpage";
import { callOf } from "../calls/calls.ts";
import type { Writer } from "../calls/writer.ts";
import { errorText, statusText } from "../session/constant-names.ts";
import { accessText } from "../session/words.ts";
import type { Outcome } from "./scope.ts";

/** What came of a line, in words. */
export interface Explanation {
  /** "Returned", "Nobody handled it" */
  readonly title: string;
  readonly lines: readonly string[];
  readonly isFailure: boolean;
  /** "ERROR_INVALID_ADDRESS (487)"; undefined where the last error says nothing of it. */
  readonly lastError: string | undefined;
}

export function explanation(outcome: Outcome, writer: Writer): Explanation {
  const { call, thrown, value } = outcome;
  if (thrown !== undefined) return explainedError(thrown.error, writer);
  const isAnswer = call !== undefined && Object.is(call.value, value);
  const answer = isAnswer ? callOf(call.name)?.answer : undefined;
  const lines = answer === undefined ? writer.lines(value) : [answer.text(value, writer)];
  const lastError = call?.lastError === undefined ? undefined : errorText(call.lastError);
  const isFailure = isAnswer && call.hasFailed;
  return { title: isFailure ? "Failed with" : "Returned", lines, isFailure, lastError };
}

function explainedError(error: unknown, writer: Writer): Explanation {
  const none = { isFailure: true, lastError: undefined };
  if (error instanceof PageFault) {
    const { code, access, address, message } = error;
    const at = writer.text(address, "address");
    return {
      ...none,
      title: "Nobody handled it",
      lines: [`${message}.`, `${statusText(code)}, ${accessText(access)} at ${at}`],
    };
  }
  if (error instanceof GuestException) {
    const lines = [`${error.message}.`, ...writer.lines(error.record)];
    return { ...none, title: "Nobody handled it", lines };
  }
  const isRefusal = error instanceof TypeError || error instanceof RangeError;
  const title = isRefusal ? "The call could not be made" : "It went wrong";
  return { ...none, title, lines: [String(error)] };
}
