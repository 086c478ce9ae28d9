import {
  type Block,
  createBlockCutter,
  decodeJsonBlock,
  type FileProblem,
} from "../read/portable.ts";
import type { VerifyCrypto } from "./crypto.ts";
import { createExaminer, type Examiner } from "./examine.ts";
import { examinePiece } from "./examine-piece.ts";
import { reportOf, type VerificationReport } from "./report.ts";
import { createVerification, type Verification } from "./verification.ts";
import type { CallerOptions } from "./verification-options.ts";
import { createWebCrypto } from "./web-crypto.ts";

/** Bytes to verify, in any form but CSV. */
export interface VerifyInput {
  /** Stands in findings. */
  readonly name: string;
  /** A `File` that somebody chose, the body of a response, or bytes. */
  readonly data: Blob | Uint8Array | ReadableStream<Uint8Array>;
}

/** Options of {@link verifyInputs}. */
export interface VerifyInputsOptions extends CallerOptions {
  /** Default: Web Crypto. */
  readonly crypto?: VerifyCrypto;
}

/**
 * Verifies bytes, where there are no files to name: in a browser, say.
 *
 * @example
 * const report = await verifyInputs([...input.files].map((file) => ({ name: file.name, data: file })));
 * show(report.headline);
 */
export async function verifyInputs(
  inputs: readonly VerifyInput[],
  { crypto = createWebCrypto(), ...options }: VerifyInputsOptions = {},
): Promise<VerificationReport> {
  const verification = createVerification({ ...options, crypto });
  const examiner = createExaminer(crypto);
  for (const { name, data } of inputs) {
    const cutter = createBlockCutter(name);
    for await (const chunk of chunksOf(data)) {
      await take(cutter.push(chunk), { verification, examiner });
      if (cutter.isRefused()) break;
    }
    await take(cutter.end(), { verification, examiner });
  }
  return reportOf(verification.finish());
}

async function take(
  pieces: Iterable<Block | FileProblem>,
  { verification, examiner }: { readonly verification: Verification; readonly examiner: Examiner },
): Promise<void> {
  for (const piece of pieces) {
    if ("kind" in piece) {
      const add = piece.isWithoutIds === true ? "passOver" : "addUnreadable";
      verification[add](piece.file, piece.message);
    } else await verification.add(await examinePiece(piece, examiner, decodeJsonBlock));
  }
}

async function* chunksOf(data: VerifyInput["data"]): AsyncGenerator<Uint8Array> {
  if (data instanceof Uint8Array) {
    yield data;
    return;
  }
  const stream = data instanceof Blob ? data.stream() : data;
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.releaseLock();
  }
}
