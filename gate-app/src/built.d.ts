/** Names that the build puts in: files with the hash of their contents. */
declare const DECODER_FILE: string;
declare const WASM_FILE: string;
declare const CACHED_FILES: string[];
declare const BUILD_VERSION: string;
/** The name of this build, for the office's board. */
declare const BUILD_LABEL: string;
/** In tests only: where the checkout is. */
declare const ROOT: string;
