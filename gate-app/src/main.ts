document.title = BUILD_LABEL + DECODER_FILE;
