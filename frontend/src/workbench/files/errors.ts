import {
  FileOperationError,
  FileOperationResult,
  FileSystemProviderErrorCode,
  TooLargeFileOperationError,
  type IFileSystemProviderError,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { toFailure, type Failure } from '../../bridge'

const codes: Partial<Record<Failure['code'], FileSystemProviderErrorCode>> = {
  not_found: FileSystemProviderErrorCode.FileNotFound,
  exists: FileSystemProviderErrorCode.FileExists,
  not_folder: FileSystemProviderErrorCode.FileNotADirectory,
  is_folder: FileSystemProviderErrorCode.FileIsADirectory,
  not_allowed: FileSystemProviderErrorCode.NoPermissions,
  outside: FileSystemProviderErrorCode.NoPermissions,
  too_large: FileSystemProviderErrorCode.FileTooLarge,
  disk_full: FileSystemProviderErrorCode.FileExceedsStorageQuota,
  no_workspace: FileSystemProviderErrorCode.Unavailable,
  busy: FileSystemProviderErrorCode.Unavailable,
  timeout: FileSystemProviderErrorCode.Unavailable,
}

/** FileError is a failure of Go's as the workbench's file service expects it. */
export class FileError extends Error implements IFileSystemProviderError {
  constructor(
    readonly code: FileSystemProviderErrorCode,
    message: string,
  ) {
    super(message)
    // The workbench recognises provider errors of other realms by this name.
    this.name = `${code} (FileSystemError)`
  }

  /** The workbench puts this into its sentence; a person should read only the message. */
  override toString(): string {
    return this.message
  }
}

/** notFound is the error for a path that no area has. */
export function notFound(path: string): FileError {
  return new FileError(FileSystemProviderErrorCode.FileNotFound, `There is nothing at ${path}.`)
}

/** tooLarge is the error with which the workbench says how large a file is, and offers to open it anyway. */
export function tooLarge(path: string, size: number): FileOperationError {
  return new TooLargeFileOperationError(`${path} is large.`, FileOperationResult.FILE_TOO_LARGE, size)
}

/** toFileError makes the workbench's error of whatever was thrown. */
export function toFileError(cause: unknown): Error {
  if (cause instanceof FileError || cause instanceof FileOperationError) return cause
  const failure = toFailure(cause)
  const message = failure.hint ? `${failure.message} ${failure.hint}` : failure.message
  // Only this result makes the workbench offer to compare and to overwrite.
  if (failure.code === 'changed')
    return new FileOperationError(message, FileOperationResult.FILE_MODIFIED_SINCE)
  return new FileError(codes[failure.code] ?? FileSystemProviderErrorCode.Unknown, message)
}

/** guard runs work and turns its failure into the workbench's error. */
export async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw toFileError(cause)
  }
}
