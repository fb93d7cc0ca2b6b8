"""The commands of `shouwang`, one file a command or a small family. They parse, call a room's deed, and print."""
