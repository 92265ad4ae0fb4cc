import { ERROR_SUCCESS } from "guardpage/constants";
import { errorText, statusText } from "../session/constant-names.ts";
import { hex } from "../session/words.ts";
import { numberText, type Writer } from "./writer.ts";

/** What a call returns: how it is written, and when it says that the call has failed. */
export interface Answer {
  readonly text: (value: unknown, writer: Writer) => string;
  readonly hasFailed: (value: unknown) => boolean;
  /** Whether a failure has set the last error. */
  readonly setsLastError: boolean;
}

const WATCH_FAILED = 0xffff_ffff;
/** NTSTATUS from here on are warnings and errors. */
const STATUS_FAILED = 0x8000_0000;

const isZero = (value: unknown) => value === 0;
const never = () => false;
const plain: Answer["text"] = (value, writer) => writer.text(value, "number");
const named: Answer["text"] = (value) => (value === 0 ? "FALSE (0)" : `TRUE (${value})`);

/** A BOOL: FALSE where it fails. */
export const BOOL: Answer = { text: named, hasFailed: isZero, setsLastError: true };
/** A BOOL that only answers. */
export const YES_OR_NO: Answer = { text: named, hasFailed: never, setsLastError: false };
/** The first byte of something; NULL where it fails. */
export const POINTER: Answer = {
  text: (value, writer) => (value === 0 ? "NULL (0)" : writer.text(value, "address")),
  hasFailed: isZero,
  setsLastError: true,
};
/** NULL where it fails. */
export const HANDLE: Answer = {
  text: (value) => (value === 0 ? "NULL (0)" : numberText(Number(value))),
  hasFailed: isZero,
  setsLastError: true,
};
/** Bytes; 0 where it fails. */
export const LENGTH: Answer = { text: plain, hasFailed: isZero, setsLastError: true };
/** 0, or all ones where it fails; in Windows 9x the error itself. */
export const WATCHED: Answer = {
  text: (value, writer) =>
    value === WATCH_FAILED || value === 0 ? writer.text(value, "number") : errorText(Number(value)),
  hasFailed: (value) => value !== 0,
  setsLastError: true,
};
/** An error code, which is not the last error. */
export const ERROR: Answer = {
  text: (value) => errorText(Number(value)),
  hasFailed: (value) => value !== ERROR_SUCCESS,
  setsLastError: false,
};
/** An error code that is what was asked for. */
export const CODE: Answer = {
  text: (value) => errorText(Number(value)),
  hasFailed: never,
  setsLastError: false,
};
export const STATUS: Answer = {
  text: (value) => `${statusText(Number(value))} (${hex(Number(value), 8)})`,
  hasFailed: (value) => Number(value) >= STATUS_FAILED,
  setsLastError: false,
};
export const NUMBER: Answer = { text: plain, hasFailed: never, setsLastError: false };
export const NOTHING: Answer = { text: () => "nothing", hasFailed: never, setsLastError: false };
